import type { EpochMs } from '@civitals/contracts/clock'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { SeenSeries } from '../engine/seen.ts'
import type { AlarmTables } from './tables.ts'

/** Rows per statement: far below the parameters any engine allows. */
const rowsPerStatement = 100

/** Times of one gateway's series as they stand in a row: live lane, late lane. */
type Times = Readonly<Record<string, readonly [EpochMs, EpochMs]>>

/** How far the series of every gateway were judged, for the start. */
export async function loadSeen(state: StateStore): Promise<ReadonlyMap<string, SeenSeries>> {
  const rows = await state.db.withTables<AlarmTables>().selectFrom('alarm_seen').selectAll().execute()
  return new Map(rows.map(({ gateway, times }) => [gateway, seenOf(JSON.parse(times) as Times)]))
}

const seenOf = (times: Times): SeenSeries =>
  new Map(Object.entries(times).map(([key, [evaluatedAt, lateAt]]) => [key, { evaluatedAt, lateAt }]))

/** Writes how far the series of these gateways are judged. */
export async function saveSeen(tx: StateTx, gateways: ReadonlyMap<string, SeenSeries>): Promise<void> {
  const rows = [...gateways].map(([gateway, series]) => ({ gateway, times: JSON.stringify(timesOf(series)) }))
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await tx
      .withTables<AlarmTables>()
      .insertInto('alarm_seen')
      .values(rows.slice(from, from + rowsPerStatement))
      .onConflict((conflict) =>
        conflict.column('gateway').doUpdateSet((update) => ({ times: update.ref('excluded.times') })),
      )
      .execute()
  }
}

const timesOf = (series: SeenSeries): Times =>
  Object.fromEntries([...series].map(([key, { evaluatedAt, lateAt }]) => [key, [evaluatedAt, lateAt]]))
