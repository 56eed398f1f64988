/** Counts what was refused, by why. The reasons are words of the code, never of a terminal: there are few. */
export class Refusals {
  readonly #counts = new Map<string, number>()

  add(why: string): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1)
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
