/** A code of a standard's table with what it means there. */
export interface Term {
  readonly code: number
  readonly zh: string
  readonly en: string
}

/** Rows of a table as the standards print them: code, Chinese, English. */
export type TermRow = readonly [code: number, zh: string, en: string]

/** A table of codes, looked up by code. A code without a row is said to be unknown, never dropped. */
export function termTable(
  rows: readonly TermRow[],
  fallback = { zh: '未定义', en: 'not defined' },
): (code: number) => Term {
  const terms = new Map(rows.map(([code, zh, en]) => [code, { code, zh, en }]))
  return (code) => terms.get(code) ?? { code, ...fallback }
}

/** Rows of the bits set in `word`, lowest first. Bits without a row are named too: they mean something to the maker. */
export function bitsSet(word: number, term: (code: number) => Term, width: number): Term[] {
  return Array.from({ length: width }, (_, bit) => bit)
    .filter((bit) => (word >>> bit) & 1)
    .map(term)
}
