import { qualityOfCode } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { ReadingRows } from './reading-rows.ts'

/** The newest reading of every series by event time, in memory; of two at one time the one taken later. */
export class Newest {
  readonly #at: number[] = []
  /** NaN: none. */
  readonly #value: number[] = []
  readonly #quality: number[] = []

  take({ rows, series, timeMs, value, quality }: ReadingRows): void {
    for (let row = 0; row < rows; row++) {
      const id = series[row] as number
      const at = timeMs[row] as number
      while (this.#at.length <= id) this.#add()
      if (at < (this.#at[id] as number)) continue
      this.#at[id] = at
      this.#value[id] = value[row] as number
      this.#quality[id] = quality[row] as number
    }
  }

  readings(nameOf: (series: number) => readonly [terminal: string, point: string] | undefined): Reading[] {
    return this.#at.flatMap((at, id) => {
      const [terminal, point] = nameOf(id) ?? []
      if (terminal === undefined || point === undefined || at === nothingYet) return []
      const value = this.#value[id] as number
      const quality = qualityOfCode(this.#quality[id] ?? 0)
      return [{ terminal, point, at, value: Number.isNaN(value) ? null : value, quality }]
    })
  }

  /** Time of the newest reading of all. */
  get at(): number {
    return this.#at.reduce((newest, at) => Math.max(newest, at), nothingYet)
  }

  #add(): void {
    this.#at.push(nothingYet)
    this.#value.push(Number.NaN)
    this.#quality.push(0)
  }
}

const nothingYet = Number.NEGATIVE_INFINITY
