type Numbers = Uint8Array | Int16Array | Int32Array | Float64Array

const widths = [Uint8Array, Int16Array, Int32Array, Float64Array] as const
const nothing = new Uint8Array(0)

/** Numbers side by side, as narrow as the widest of them needs; before the first that is not 0 nothing is stored. Exact whatever comes. */
export class Column {
  readonly #length: number
  #held: Numbers = nothing

  constructor(length: number) {
    this.#length = length
  }

  get(place: number): number {
    const held = this.#held
    return held === nothing ? 0 : (held[place] ?? 0)
  }

  set(place: number, value: number): void {
    const held = this.#held
    held[place] = value
    // What does not fit does not come back.
    if (held[place] !== value && (value !== 0 || held !== nothing)) this.#widen(place, value)
  }

  add(place: number, more: number): void {
    this.set(place, (this.#held[place] ?? 0) + more)
  }

  /** Of the places from <= place < to, first to last. */
  sum(from: number, to: number): number {
    const held = this.#held
    let sum = 0
    if (held !== nothing) for (let place = from; place < to; place++) sum += held[place] ?? 0
    return sum
  }

  /** 0 from place `from` on, up to and without `to`: of many, one call. */
  clear(from: number, to: number): void {
    if (to - from === 1) this.set(from, 0)
    else this.#held.fill(0, from, to)
  }

  /** Puts something else in the place of every number. */
  change(to: (value: number) => number): void {
    const held = this.#held
    for (let place = 0; place < held.length; place++) this.set(place, to(held[place] ?? 0))
  }

  #widen(place: number, value: number): void {
    const enough = widths.find((width) => width.BYTES_PER_ELEMENT > this.#bytes() && width.of(value)[0] === value)
    const wider = new (enough ?? Float64Array)(this.#length)
    wider.set(this.#held)
    wider[place] = value
    this.#held = wider
  }

  #bytes(): number {
    return this.#held === nothing ? 0 : this.#held.BYTES_PER_ELEMENT
  }
}
