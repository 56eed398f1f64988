/**
 * Logins of one client id, one after the other. The broker ends the older connection of an id while it registers the newer; two that
 * register at once would both stand, and the end of the oldest would take the newest out of its books.
 */
export class LoginTurns {
  readonly #last = new Map<string, Promise<void>>()

  /** Resolves with what ends the turn when it has come; call it once the login is over, well or not. */
  async take(id: string): Promise<() => void> {
    const before = this.#last.get(id)
    const { promise, resolve } = Promise.withResolvers<void>()
    const mine = before ? before.then(() => promise) : promise
    this.#last.set(id, mine)
    void mine.then(() => {
      if (this.#last.get(id) === mine) this.#last.delete(id)
    })
    await before
    return resolve
  }

  /** Ids with a login on its way. */
  get size(): number {
    return this.#last.size
  }
}
