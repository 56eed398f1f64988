import type { DuckDBConnection } from '@duckdb/node-api'
import type { BucketColumns } from '../../port.ts'
import { itemsOf } from './vector.ts'

/** Columns with the numbers of their series where `BucketColumns` has names. */
export interface NumberedColumns extends Omit<BucketColumns, 'series'> {
  readonly ids: readonly number[]
}

/** Copies columns chunk by chunk; undefined when rows do not come by series. */
export async function gather(connection: DuckDBConnection, sql: string): Promise<NumberedColumns | undefined> {
  const result = await connection.run(sql)
  const room = Number(result.rowCount)
  const columns = emptyColumns(room)
  const found: number[] = []
  const starts: number[] = []
  let [row, last] = [0, -1]
  for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
    // Asking the chunk costs a call into DuckDB each time.
    const { rowCount } = chunk
    if (rowCount === 0) break
    const ids = itemsOf(chunk.getColumnVector(0), Int32Array)
    for (let k = 0; k < rowCount; k++) {
      const id = ids[k] ?? 0
      if (id === last) continue
      if (id < last) return undefined
      last = id
      found.push(id)
      starts.push(row + k)
    }
    columns.bucket.set(itemsOf(chunk.getColumnVector(1), Uint32Array).subarray(0, rowCount), row)
    columns.count.set(itemsOf(chunk.getColumnVector(2), Uint16Array).subarray(0, rowCount), row)
    columns.mean.set(itemsOf(chunk.getColumnVector(3), Float32Array).subarray(0, rowCount), row)
    columns.min.set(itemsOf(chunk.getColumnVector(4), Float32Array).subarray(0, rowCount), row)
    columns.max.set(itemsOf(chunk.getColumnVector(5), Float32Array).subarray(0, rowCount), row)
    columns.uncertain.set(itemsOf(chunk.getColumnVector(6), Uint8Array).subarray(0, rowCount), row)
    row += rowCount
  }
  return { ids: found, starts: [...starts, row], ...columns }
}

const emptyColumns = (rows: number) => ({
  bucket: new Uint32Array(rows),
  mean: new Float32Array(rows),
  min: new Float32Array(rows),
  max: new Float32Array(rows),
  count: new Uint16Array(rows),
  uncertain: new Uint8Array(rows),
})
