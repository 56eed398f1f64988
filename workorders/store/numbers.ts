import type { StateTx } from '@civitals/storage/state'
import type { WorkorderTables } from './tables.ts'

/** The first of `count` numbers that follow the last one given in a series; gaps only where a transaction was rolled back: none. */
export async function takeNumbers(tx: StateTx, series: string, count = 1): Promise<number> {
  const row = await tx
    .withTables<WorkorderTables>()
    .insertInto('running_number')
    .values({ series, last: count })
    .onConflict((conflict) =>
      conflict.column('series').doUpdateSet((update) => ({ last: update('running_number.last', '+', count) })),
    )
    .returning('last')
    .executeTakeFirstOrThrow()
  return row.last - count + 1
}

/** `C20260612-0001`: a number as people say it, counted per day. */
export async function takeDailyNumber(tx: StateTx, letter: string, date: string): Promise<string> {
  const number = await takeNumbers(tx, `${letter}${date}`)
  return `${letter}${date}-${String(number).padStart(4, '0')}`
}
