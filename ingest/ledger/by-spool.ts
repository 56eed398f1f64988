/** Things of spools, by gateway and spool: looked up for every envelope, so no text is made of the two. */
export class BySpool<T> {
  readonly #gateways = new Map<string, Map<string, T>>()

  get(gateway: string, spool: string): T | undefined {
    return this.#gateways.get(gateway)?.get(spool)
  }

  set(gateway: string, spool: string, thing: T): void {
    const spools = this.#gateways.get(gateway)
    if (spools) spools.set(spool, thing)
    else this.#gateways.set(gateway, new Map([[spool, thing]]))
  }

  of(gateway: string): readonly T[] {
    return [...(this.#gateways.get(gateway)?.values() ?? [])]
  }

  all(): readonly T[] {
    return [...this.#gateways.values()].flatMap((spools) => [...spools.values()])
  }
}
