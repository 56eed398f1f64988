import { createHash } from 'node:crypto'

/** An id that follows from what it stands for: the same facts give the same id on a retry, a replay or another machine. */
export const derivedId = (prefix: string, ...facts: readonly string[]): string =>
  `${prefix}_${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 24)}`
