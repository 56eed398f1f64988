/**
 * A growing set of whole numbers as runs, sorted, apart by at least one. Adding at the end is what spools do and costs nothing;
 * elsewhere it costs a binary search and a shift, so a spool full of holes stays affordable: 16 bytes and a search each.
 */
export class Runs {
  readonly #from: number[] = []
  readonly #to: number[] = []

  get size(): number {
    return this.#from.length
  }

  has(number: number): boolean {
    const place = this.#firstEndingAt(number)
    return place < this.size && (this.#from[place] as number) <= number
  }

  /** Adds every number of [from, to]; what is there already may be among them. */
  add(from: number, to: number): void {
    const last = this.size - 1
    if (last >= 0 && (this.#from[last] as number) <= from && from <= (this.#to[last] as number) + 1) {
      this.#to[last] = Math.max(this.#to[last] as number, to)
      return
    }
    const first = this.#firstEndingAt(from - 1)
    let after = first
    while (after < this.size && (this.#from[after] as number) <= to + 1) after++
    const low = after > first ? Math.min(from, this.#from[first] as number) : from
    const high = after > first ? Math.max(to, this.#to[after - 1] as number) : to
    this.#from.splice(first, after - first, low)
    this.#to.splice(first, after - first, high)
  }

  *[Symbol.iterator](): IterableIterator<readonly [from: number, to: number]> {
    for (let place = 0; place < this.size; place++) yield [this.#from[place] as number, this.#to[place] as number]
  }

  /** Place of the first run that ends at `number` or later. */
  #firstEndingAt(number: number): number {
    if (this.size === 0 || (this.#to[this.size - 1] as number) < number) return this.size
    let low = 0
    let high = this.size - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#to[middle] as number) >= number) high = middle
      else low = middle + 1
    }
    return low
  }
}
