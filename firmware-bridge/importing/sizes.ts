// Whether a column headed "length" counts registers or bytes: the types beside it tell.
import { cellOf, type ListRow } from './list-rows.ts'
import type { RowReader } from './row-reader.ts'
import { textOf } from './sheet.ts'
import { registersOf, typeOf, type WrittenType } from './type-words.ts'

export type Sizes = 'registers' | 'bytes'

/** What the column of sizes counts in every row that tells; undefined where none does, or where they differ. */
export function sizesOf(rows: readonly ListRow[]): Sizes | undefined {
  const found = new Set(rows.flatMap((row) => sizeIn(row) ?? []))
  const [only] = found
  return found.size === 1 ? only : undefined
}

function sizeIn(row: ListRow): Sizes | undefined {
  const size = registersOf(textOf(cellOf(row, 'size')?.cell), false)
  const type = typeOf(textOf(cellOf(row, 'type')?.cell))
  if (!size.ok || !type.ok) return undefined
  const { kind, bits = kind === 'float' ? 32 : undefined } = type.value
  if (kind === 'string' || kind === 'bit') return undefined
  // No number of 16 bits fits in one byte.
  if (bits === undefined) return size.value === 1 ? 'registers' : undefined
  if (size.value === Math.max(1, bits / 16)) return 'registers'
  return size.value === bits / 8 ? 'bytes' : undefined
}

/** Tells where a size alone would say how wide a number is, and nothing says what it counts. */
export function unclearSize(reader: RowReader, { kind, bits }: WrittenType, sizes: Sizes | undefined): boolean {
  const unclear =
    bits === undefined && kind !== 'string' && kind !== 'bit' && sizes === undefined && reader.text('size') !== ''
  if (unclear)
    reader.wrong(
      'size',
      'may count registers or bytes: head the column "registers" or "bytes", or write uint16, uint32 and so on',
    )
  return unclear
}
