import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { readFindings } from '../anomaly/readings/store.ts'
import { type AnomalyTables, readAnomalies } from '../anomaly/service/store.ts'
import { Exclusions, type Period } from '../baseline/exclusions.ts'
import type { Doubt } from '../windows/doubts.ts'

const hourMs = 3_600_000
/** An hour of which so much is doubtful teaches nothing; platform convention. */
const doubtfulShare = 0.1
/** Baselines look back nine weeks, the detectors four more when they begin. */
const keptMs = 14 * 7 * 24 * hourMs

/** Adds to what is kept of each hour; hours no baseline looks back on go. */
export async function writeDoubts(tx: StateTx, doubts: readonly Doubt[], now: EpochMs): Promise<void> {
  if (doubts.length === 0) return
  const db = tx.withTables<AnomalyTables>()
  for (let from = 0; from < doubts.length; from += 100) {
    await db
      .insertInto('flagged_hour')
      .values(doubts.slice(from, from + 100).map((doubt) => ({ ...doubt })))
      .onConflict((conflict) =>
        conflict.columns(['terminal', 'point', 'hour']).doUpdateSet((update) => ({
          readings: update('flagged_hour.readings', '+', update.ref('excluded.readings')),
        })),
      )
      .execute()
  }
  await db
    .deleteFrom('flagged_hour')
    .where('hour', '<', now - keptMs)
    .execute()
}

/** What baselines leave out since `from`: hours of doubtful readings, of stuck or noisy ones, shifts of level, and what `alarms` adds. */
export async function readExclusions(
  db: StateStore['db'],
  registry: Pick<RegistryView, 'terminal'>,
  from: EpochMs,
  alarms: ((from: EpochMs) => Promise<readonly Period[]>) | undefined,
): Promise<Exclusions> {
  const doubtful = await db
    .withTables<AnomalyTables>()
    .selectFrom('flagged_hour')
    .selectAll()
    .where('hour', '>=', from)
    .execute()
  const hours = doubtful.filter(
    ({ terminal, readings }) =>
      readings >= (doubtfulShare * hourMs) / (registry.terminal(terminal)?.reportEveryMs ?? hourMs),
  )
  return new Exclusions([
    ...hours.map(({ terminal, point, hour }) => ({ terminal, point, from: hour, to: hour + hourMs })),
    ...(await readAnomalies(db, { from })),
    // A spike or a gap says nothing of the readings beside it.
    ...(await readFindings(db, { from })).filter(({ kind }) => kind === 'stuck' || kind === 'noise'),
    ...((await alarms?.(from)) ?? []),
  ])
}
