/**
 * Rows of `reading`, column by column, as DuckDB takes them: 21 bytes a row side by side, where lists of numbers cost the main loop three times as
 * long (measured: bench/ingest/costs.ts).
 */
export class ReadingRows {
  rows = 0
  readonly series: Int32Array<ArrayBuffer>
  readonly timeMs: Float64Array<ArrayBuffer>
  /** NaN: none. A stored value is always finite. */
  readonly value: Float64Array<ArrayBuffer>
  readonly quality: Uint8Array<ArrayBuffer>

  /** `room`: rows at most. */
  constructor(room: number) {
    this.series = new Int32Array(room)
    this.timeMs = new Float64Array(room)
    this.value = new Float64Array(room)
    this.quality = new Uint8Array(room)
  }

  push(series: number, timeMs: number, value: number | null, quality: number): void {
    const row = this.rows++
    this.series[row] = series
    this.timeMs[row] = timeMs
    this.value[row] = value ?? Number.NaN
    this.quality[row] = quality
  }
}
