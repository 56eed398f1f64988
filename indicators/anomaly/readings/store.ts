import type { AnomalyQuery } from '@civitals/contracts/anomaly'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Migration, StateStore, StateTx } from '@civitals/storage/state'
import { asked, columnsOf, type StretchColumns, stretchOf } from '../stretches.ts'
import type { Finding } from './findings.ts'
import type { TerminalHabits } from './watch.ts'

interface FindingRow extends StretchColumns {
  terminal: string
  point: string
  kind: Finding['kind']
  unit: string
  off: number
  score: number
  times: number
}

type ReadingTables = {
  anomaly_reading: FindingRow
  anomaly_habit: { terminal: string; state: string }
}

export const readingMigrations: readonly Migration[] = [
  {
    id: 'anomaly-002',
    statements: [
      // What single readings showed; one row a kind, series and six quiet hours, kept 90 days after its end.
      `CREATE TABLE anomaly_reading (
        terminal TEXT NOT NULL,
        point TEXT NOT NULL,
        kind TEXT NOT NULL,
        from_at INTEGER NOT NULL,
        to_at INTEGER NOT NULL,
        unit TEXT NOT NULL,
        open INTEGER NOT NULL,
        found_at INTEGER NOT NULL,
        off REAL NOT NULL,
        score REAL NOT NULL,
        times INTEGER NOT NULL,
        PRIMARY KEY (terminal, point, kind, from_at)
      )`,
      // What the detectors of a terminal's readings remember, as of the readings named in it: newer ones stand in the series store.
      `CREATE TABLE anomaly_habit (
        terminal TEXT PRIMARY KEY,
        state TEXT NOT NULL
      )`,
    ],
  },
]

const keptMs = 90 * 86_400_000

export async function writeFindings(tx: StateTx, findings: readonly Finding[]): Promise<void> {
  const db = tx.withTables<ReadingTables>()
  for (const finding of findings) {
    const row = rowOf(finding)
    await db
      .insertInto('anomaly_reading')
      .values(row)
      .onConflict((conflict) => conflict.columns(['terminal', 'point', 'kind', 'from_at']).doUpdateSet(row))
      .execute()
  }
}

/** What ended 90 days ago goes. */
export async function trimFindings(tx: StateTx, now: EpochMs): Promise<void> {
  const db = tx.withTables<ReadingTables>()
  await db
    .deleteFrom('anomaly_reading')
    .where('open', '=', 0)
    .where('to_at', '<', now - keptMs)
    .execute()
}

export async function writeHabits(tx: StateTx, habits: ReadonlyMap<string, TerminalHabits>): Promise<void> {
  if (habits.size === 0) return
  await tx
    .withTables<ReadingTables>()
    .insertInto('anomaly_habit')
    .values([...habits].map(([terminal, state]) => ({ terminal, state: JSON.stringify(state) })))
    .onConflict((conflict) =>
      conflict.column('terminal').doUpdateSet((update) => ({ state: update.ref('excluded.state') })),
    )
    .execute()
}

export async function readHabits(db: StateStore['db']): Promise<Map<string, TerminalHabits>> {
  const rows = await db.withTables<ReadingTables>().selectFrom('anomaly_habit').selectAll().execute()
  return new Map(rows.map(({ terminal, state }) => [terminal, JSON.parse(state) as TerminalHabits]))
}

/** Findings, newest first. */
export async function readFindings(db: StateStore['db'], query: AnomalyQuery = {}): Promise<Finding[]> {
  const rows = await db
    .withTables<ReadingTables>()
    .selectFrom('anomaly_reading')
    .selectAll()
    .where((row) => row.and(asked(query, 'newest reading').map(([column, is, value]) => row(column, is, value))))
    .orderBy('from_at', 'desc')
    .orderBy('terminal')
    .orderBy('point')
    .execute()
  return rows.map(stretchOf)
}

const rowOf = ({ from, to, foundAt, open, ...finding }: Finding): FindingRow => ({
  ...finding,
  ...columnsOf({ from, to, foundAt, open }),
})
