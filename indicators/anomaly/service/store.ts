import type { Anomaly, AnomalyQuery, LevelAnomaly } from '@civitals/contracts/anomaly'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Migration, StateStore, StateTx } from '@civitals/storage/state'
import type { LevelState } from '../level-detector.ts'
import { asked, columnsOf, type StretchColumns, stretchOf } from '../stretches.ts'

/** A shift of level or drift, found in the hours of a series. */
export type LevelShift = Anomaly & { readonly kind: LevelAnomaly }

interface AnomalyRow extends StretchColumns {
  terminal: string
  point: string
  kind: LevelAnomaly
  unit: string
  off: number
}

export type AnomalyTables = {
  anomaly: AnomalyRow
  anomaly_series: { terminal: string; point: string; state: string; usual: string }
  flagged_hour: { terminal: string; point: string; hour: number; readings: number }
}

/** Own series of ids, since these tables stand for themselves. */
export const anomalyMigrations: readonly Migration[] = [
  {
    id: 'anomaly-001',
    statements: [
      // One row a shift, kept 90 days after its end; an open one is written anew every hour.
      `CREATE TABLE anomaly (
        terminal TEXT NOT NULL,
        point TEXT NOT NULL,
        from_at INTEGER NOT NULL,
        to_at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        unit TEXT NOT NULL,
        open INTEGER NOT NULL,
        found_at INTEGER NOT NULL,
        off REAL NOT NULL,
        PRIMARY KEY (terminal, point, from_at)
      )`,
      // What the detector of each series remembers, and what is usual in the hours of the day that follow the newest look at its weeks.
      `CREATE TABLE anomaly_series (
        terminal TEXT NOT NULL,
        point TEXT NOT NULL,
        state TEXT NOT NULL,
        usual TEXT NOT NULL,
        PRIMARY KEY (terminal, point)
      )`,
      // Readings quality control had doubts about, by the hour, where there were any: baselines leave such hours out.
      `CREATE TABLE flagged_hour (
        terminal TEXT NOT NULL,
        point TEXT NOT NULL,
        hour INTEGER NOT NULL,
        readings INTEGER NOT NULL,
        PRIMARY KEY (terminal, point, hour)
      )`,
    ],
  },
]

/** What is usual in some hours: median and sigma of each from hour `from` on (counted since 1970); null where nothing is. */
export interface UsualHours {
  readonly from: number
  readonly medians: readonly (number | null)[]
  readonly sigmas: readonly (number | null)[]
}

/** What the newest hour of a series with a value was like. */
export interface NewestHour {
  readonly value: number
  readonly usual: { readonly value: number; readonly sigma: number } | null
  readonly neighboursOff: number
}

/** What is kept of one series. */
export interface SeriesMemory {
  /** First hour not yet judged. */
  readonly next: number
  readonly level: LevelState
  readonly newest: NewestHour | null
}

export interface SeriesRow {
  readonly terminal: string
  readonly point: string
  readonly memory: SeriesMemory
  readonly usual: UsualHours
}

const dayMs = 86_400_000
const keptMs = 90 * dayMs
const rowsPerStatement = 80

/** Writes what one run changed; what ended 90 days ago goes. */
export async function writeRun(
  tx: StateTx,
  series: readonly SeriesRow[],
  shifts: readonly LevelShift[],
  now: EpochMs,
): Promise<void> {
  const db = tx.withTables<AnomalyTables>()
  const rows = series.map(({ terminal, point, memory, usual }) => ({
    ...{ terminal, point },
    state: JSON.stringify(memory),
    usual: JSON.stringify(usual),
  }))
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await db
      .insertInto('anomaly_series')
      .values(rows.slice(from, from + rowsPerStatement))
      .onConflict((conflict) =>
        conflict
          .columns(['terminal', 'point'])
          .doUpdateSet((update) => ({ state: update.ref('excluded.state'), usual: update.ref('excluded.usual') })),
      )
      .execute()
  }
  for (const shift of shifts) {
    const row = rowOf(shift)
    await db
      .insertInto('anomaly')
      .values(row)
      .onConflict((conflict) => conflict.columns(['terminal', 'point', 'from_at']).doUpdateSet(row))
      .execute()
  }
  await db
    .deleteFrom('anomaly')
    .where('open', '=', 0)
    .where('to_at', '<', now - keptMs)
    .execute()
}

/** What is kept of every series. */
export async function readSeries(db: StateStore['db']): Promise<SeriesRow[]> {
  const rows = await db.withTables<AnomalyTables>().selectFrom('anomaly_series').selectAll().execute()
  return rows.map(({ terminal, point, state, usual }) => ({
    ...{ terminal, point },
    memory: JSON.parse(state) as SeriesMemory,
    usual: JSON.parse(usual) as UsualHours,
  }))
}

/** Shifts, newest first. */
export async function readAnomalies(db: StateStore['db'], query: AnomalyQuery = {}): Promise<LevelShift[]> {
  const rows = await db
    .withTables<AnomalyTables>()
    .selectFrom('anomaly')
    .selectAll()
    .where((row) => row.and(asked(query, 'first after').map(([column, is, value]) => row(column, is, value))))
    .orderBy('from_at', 'desc')
    .orderBy('terminal')
    .orderBy('point')
    .execute()
  return rows.map(stretchOf)
}

const rowOf = ({ terminal, point, unit, kind, off, ...stretch }: LevelShift): AnomalyRow => ({
  ...{ terminal, point, unit, kind, off },
  ...columnsOf(stretch),
})
