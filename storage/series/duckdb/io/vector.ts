import { type DuckDBDataChunk, DuckDBListVector } from '@duckdb/node-api'

type ArrayOf<A> = abstract new (...args: never[]) => A

/** The memory of a vector of numbers: asking for each of them costs ten times as much. */
export function itemsOf<A>(vector: object, of: ArrayOf<A>): A {
  const items: unknown = 'items' in vector ? vector.items : undefined
  if (items instanceof of) return items
  throw new TypeError(`DuckDB answered with ${vector.constructor.name} where ${of.name} is meant`)
}

/** The lists of a column as one array with bounds in it, from <= place < to, for each row. */
export function listsOf<A>(chunk: DuckDBDataChunk, column: number, of: ArrayOf<A>) {
  const vector = chunk.getColumnVector(column)
  if (!(vector instanceof DuckDBListVector))
    throw new TypeError(`DuckDB answered with ${vector.constructor.name}, no list`)
  const bounds = (row: number): readonly [from: number, to: number] => {
    const from = vector.getEntryOffset(row)
    return [from, from + vector.getEntryLength(row)]
  }
  return { items: itemsOf(vector.childVector, of), bounds }
}
