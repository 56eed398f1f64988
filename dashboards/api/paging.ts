import type { Page, PageQuery } from './sources.ts'

/** One page of a list held in memory; the cursor is the key of the last item shown, so inserts before it shift nothing. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, query: PageQuery): Page<T> {
  const after = query.cursor
  const start = after === undefined ? 0 : items.findIndex((item) => keyOf(item) === after) + 1
  const shown = items.slice(start, start + query.limit)
  const last = shown.at(-1)
  const more = start + shown.length < items.length
  return { items: shown, next: more && last !== undefined ? keyOf(last) : null }
}

/** A list that is given whole. */
export const whole = <T>(items: Iterable<T>): Page<T> => ({ items: [...items], next: null })
