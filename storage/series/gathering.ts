import type { StoredReadings } from './port.ts'

/**
 * Collects stored readings of many series in the order in which they were written, and puts them side by side: by series, oldest
 * first, of those at one time the later written. Counting instead of comparing, since what comes is nearly always in order.
 */
export class Gathering {
  readonly #series: number
  #place = new Uint32Array(4096)
  #at = new Float64Array(4096)
  #value = new Float64Array(4096)
  #quality = new Uint8Array(4096)
  #rows = 0

  /** `series`: how many were asked for. */
  constructor(series: number) {
    this.#series = series
  }

  /** One reading of the series that stands at `place` in the question. */
  add(place: number, at: number, value: number, quality: number): void {
    const row = this.#rows
    if (row === this.#at.length) this.#grow()
    this.#place[row] = place
    this.#at[row] = at
    this.#value[row] = value
    this.#quality[row] = quality
    this.#rows++
  }

  readings(): StoredReadings {
    const starts = new Uint32Array(this.#series + 1)
    const [place, at] = [this.#place, this.#at]
    for (let row = 0; row < this.#rows; row++) starts[(place[row] ?? 0) + 1] = (starts[(place[row] ?? 0) + 1] ?? 0) + 1
    for (let k = 0; k < this.#series; k++) starts[k + 1] = (starts[k + 1] ?? 0) + (starts[k] ?? 0)
    const order = new Uint32Array(this.#rows)
    const next = starts.slice()
    const newest = new Float64Array(this.#series).fill(Number.NEGATIVE_INFINITY)
    let inOrder = true
    for (let row = 0; row < this.#rows; row++) {
      const k = place[row] ?? 0
      const target = next[k] ?? 0
      next[k] = target + 1
      order[target] = row
      const time = at[row] ?? 0
      if (time <= (newest[k] ?? 0)) inOrder = false
      newest[k] = time
    }
    return inOrder ? this.#taken(starts, order) : this.#taken(...this.#sorted(starts, order))
  }

  /** Rows of a series by time, and where two have one time, the one written later. */
  #sorted(starts: Uint32Array, order: Uint32Array): [starts: Uint32Array, order: Uint32Array] {
    const at = this.#at
    const kept = starts.slice()
    let count = 0
    for (let k = 0; k < this.#series; k++) {
      const own = order.subarray(starts[k], starts[k + 1]).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b)
      kept[k] = count
      // What is kept is written over what has been read: never ahead of it.
      for (let n = 0; n < own.length; n++) {
        const row = own[n] ?? 0
        if (n + 1 < own.length && at[own[n + 1] ?? 0] === at[row]) continue
        order[count++] = row
      }
    }
    kept[this.#series] = count
    return [kept, order.subarray(0, count)]
  }

  #taken(starts: Uint32Array, order: Uint32Array): StoredReadings {
    const rows = order.length
    const [at, value, quality] = [new Float64Array(rows), new Float64Array(rows), new Uint8Array(rows)]
    for (let n = 0; n < rows; n++) {
      const row = order[n] ?? 0
      at[n] = this.#at[row] ?? 0
      value[n] = this.#value[row] ?? Number.NaN
      quality[n] = this.#quality[row] ?? 0
    }
    return { starts, at, value, quality }
  }

  #grow(): void {
    const room = 2 * this.#at.length
    const [place, at, value, quality] = [
      new Uint32Array(room),
      new Float64Array(room),
      new Float64Array(room),
      new Uint8Array(room),
    ]
    place.set(this.#place)
    at.set(this.#at)
    value.set(this.#value)
    quality.set(this.#quality)
    this.#place = place
    this.#at = at
    this.#value = value
    this.#quality = quality
  }
}
