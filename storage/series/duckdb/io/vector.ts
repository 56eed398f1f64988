import { type DuckDBDataChunk, DuckDBListVector } from '@duckdb/node-api'

type ArrayOf<A> = abstract new (...args: never[]) => A

/** The memory of a vector of numbers: asking for each of them costs ten times as much. */
export function itemsOf<A>(vector: object, of: ArrayOf<A>): A {
  const items: unknown = 'items' in vector ? vector.items : undefined
  if (items instanceof of) return items
  throw new TypeError(`DuckDB answered with ${vector.constructor.name} where ${of.name} is meant`)
}

/** What can be cut without copying. */
interface Numbers {
  subarray(from: number, to: number): this
}

/** The lists of a column, row by row, as stretches of one array. */
export function listsOf<A extends Numbers>(chunk: DuckDBDataChunk, column: number, kind: ArrayOf<A>) {
  const vector = chunk.getColumnVector(column)
  if (!(vector instanceof DuckDBListVector))
    throw new TypeError(`DuckDB answered with ${vector.constructor.name}, no list`)
  const items = itemsOf(vector.childVector, kind)
  const of = (row: number): A => {
    const from = vector.getEntryOffset(row)
    return items.subarray(from, from + vector.getEntryLength(row))
  }
  return { of }
}
