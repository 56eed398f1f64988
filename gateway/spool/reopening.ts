import type { Interval, Intervals } from '@civitals/contracts/intervals'
import { maxMissingRanges, type Reopening } from './spool.ts'
import type { SpoolTable } from './table.ts'

/** Which of the wanted seqs a table holds, and which it does not. */
export function whatIsHeld(table: Pick<SpoolTable, 'held'>, wanted: Intervals): Reopening {
  const missing: Interval[] = []
  let reopened = 0
  for (const [from, to] of wanted) {
    let next = from
    for (const seq of table.held(from, to)) {
      if (seq > next) missing.push([next, seq - 1])
      next = seq + 1
      reopened++
    }
    if (next <= to) missing.push([next, to])
  }
  return { reopened, missing: bounded(missing) }
}

/** Too many holes: the last range covers what is left, held rows between them included; those come again all the same. */
function bounded(missing: readonly Interval[]): readonly Interval[] {
  const [first, last] = [missing[maxMissingRanges - 1], missing.at(-1)]
  if (missing.length <= maxMissingRanges || !first || !last) return missing
  return [...missing.slice(0, maxMissingRanges - 1), [first[0], last[1]]]
}
