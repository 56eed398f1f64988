import type { EpochMs } from '@civitals/contracts/clock'
import type { ForecastSkill } from '@civitals/contracts/forecast'
import type { Migration, StateStore, StateTx } from '@civitals/storage/state'

type ForecastTables = {
  forecast_skill: Omit<ForecastSkill, 'naiveMase'> & { readonly naive_mase: number | null; readonly day: number }
}

/** Own series of ids, since these tables stand for themselves. */
export const forecastMigrations: readonly Migration[] = [
  {
    id: 'forecast-001',
    statements: [
      // Newest row of each day (UTC), kept 60 days: which model was chosen, and its error beside the seasonal naive's.
      `CREATE TABLE forecast_skill (
        terminal TEXT NOT NULL,
        point TEXT NOT NULL,
        day INTEGER NOT NULL,
        at INTEGER NOT NULL,
        model TEXT NOT NULL,
        season INTEGER NOT NULL,
        mase REAL,
        naive_mase REAL,
        skill REAL,
        origins INTEGER NOT NULL,
        PRIMARY KEY (terminal, point, day)
      )`,
    ],
  },
]

const dayMs = 86_400_000
const keptDays = 60
const rowsPerStatement = 80

/** Writes the skill of one run; the same day again replaces it, what is older than 60 days goes. */
export async function writeSkill(tx: StateTx, rows: readonly ForecastSkill[], now: EpochMs): Promise<void> {
  const db = tx.withTables<ForecastTables>()
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const some = rows
      .slice(from, from + rowsPerStatement)
      .map(({ naiveMase, ...row }) => ({ ...row, naive_mase: naiveMase, day: Math.floor(row.at / dayMs) }))
    await db
      .insertInto('forecast_skill')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['terminal', 'point', 'day']).doUpdateSet((update) => ({
          at: update.ref('excluded.at'),
          model: update.ref('excluded.model'),
          season: update.ref('excluded.season'),
          mase: update.ref('excluded.mase'),
          naive_mase: update.ref('excluded.naive_mase'),
          skill: update.ref('excluded.skill'),
          origins: update.ref('excluded.origins'),
        })),
      )
      .execute()
  }
  await db
    .deleteFrom('forecast_skill')
    .where('day', '<', Math.floor(now / dayMs) - keptDays)
    .execute()
}

/** Newest skill of every series, by terminal and point. */
export async function readSkill(db: StateStore['db']): Promise<ForecastSkill[]> {
  const rows = await db
    .withTables<ForecastTables>()
    .selectFrom('forecast_skill as s')
    .innerJoin(
      (from) =>
        from
          .selectFrom('forecast_skill')
          .select(['terminal', 'point', (of) => of.fn.max('day').as('day')])
          .groupBy(['terminal', 'point'])
          .as('newest'),
      (join) =>
        join
          .onRef('newest.terminal', '=', 's.terminal')
          .onRef('newest.point', '=', 's.point')
          .onRef('newest.day', '=', 's.day'),
    )
    .selectAll('s')
    .orderBy('s.terminal')
    .orderBy('s.point')
    .execute()
  return rows.map(({ day: _, naive_mase, ...row }) => ({ ...row, naiveMase: naive_mase }))
}
