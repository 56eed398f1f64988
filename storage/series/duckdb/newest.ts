import { qualityOfCode } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { ReadingColumns } from './catalogue.ts'

/** The newest reading of every series by event time, in memory; of two at one time the one taken later. */
export class Newest {
  readonly #at: number[] = []
  readonly #value: (number | null)[] = []
  readonly #quality: number[] = []

  take({ series, timeMs, value, quality }: ReadingColumns): void {
    for (let row = 0; row < series.length; row++) {
      const id = series[row] as number
      const at = timeMs[row] as number
      while (this.#at.length <= id) this.#add()
      if (at < (this.#at[id] as number)) continue
      this.#at[id] = at
      this.#value[id] = value[row] ?? null
      this.#quality[id] = quality[row] as number
    }
  }

  readings(nameOf: (series: number) => readonly [terminal: string, point: string] | undefined): Reading[] {
    return this.#at.flatMap((at, id) => {
      const [terminal, point] = nameOf(id) ?? []
      if (terminal === undefined || point === undefined || at === nothingYet) return []
      return [{ terminal, point, at, value: this.#value[id] ?? null, quality: qualityOfCode(this.#quality[id] ?? 0) }]
    })
  }

  #add(): void {
    this.#at.push(nothingYet)
    this.#value.push(null)
    this.#quality.push(0)
  }
}

const nothingYet = Number.NEGATIVE_INFINITY
