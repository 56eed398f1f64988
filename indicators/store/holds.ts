import type { StateStore, StateTx } from '@civitals/storage/state'
import type { KeptSite, Memory, SiteMemory } from '../scoring/memory.ts'
import type { IndicatorTables } from '../tables.ts'

/** Rows one statement writes: far below the parameters a database takes. */
const rowsAtOnce = 500

/** Keeps what gaps are held at, so that a restart forgets nothing bad. */
export async function writeMemory(tx: StateTx, memories: ReadonlyMap<string, Memory>): Promise<void> {
  const rows = [...memories].flatMap(([area, { indicators }]) =>
    [...indicators].map(([indicator, last]) => ({ area, indicator, ...last })),
  )
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_last')
      .values(rows.slice(from, from + rowsAtOnce))
      .onConflict((conflict) =>
        conflict.columns(['area', 'indicator']).doUpdateSet(({ ref }) => ({
          at: ref('excluded.at'),
          score: ref('excluded.score'),
          value: ref('excluded.value'),
        })),
      )
      .execute()
  }
}

/** Puts back what `writeMemory` and `writeSites` kept; `memoryOf` answers for areas that are still there. */
export async function readMemory(
  db: StateStore['db'],
  memoryOf: (area: string) => Memory | undefined,
  sites: SiteMemory,
): Promise<void> {
  const rows = await db.withTables<IndicatorTables>().selectFrom('indicator_last').selectAll().execute()
  for (const { area, indicator, at, score, value } of rows) {
    memoryOf(area)?.indicators.set(indicator, { at, score, value })
  }
  await readSites(db, sites)
}

/** Keeps what silent sites said last. */
export async function writeSites(tx: StateTx, sites: readonly KeptSite[]): Promise<void> {
  for (const { indicator, terminal, part = '', at, value, parts = {} } of sites) {
    const row = { at, value, parts: JSON.stringify(parts) }
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_site')
      .values({ indicator, terminal, part, ...row })
      .onConflict((conflict) => conflict.columns(['indicator', 'terminal', 'part']).doUpdateSet(row))
      .execute()
  }
}

async function readSites(db: StateStore['db'], sites: SiteMemory): Promise<void> {
  const rows = await db.withTables<IndicatorTables>().selectFrom('indicator_site').selectAll().execute()
  for (const { indicator, terminal, part, at, value, parts } of rows) {
    const read = JSON.parse(parts) as Record<string, number>
    sites.keep(indicator, terminal, {
      at,
      value,
      ...(part === '' ? {} : { part }),
      ...(Object.keys(read).length > 0 ? { parts: read } : {}),
    })
  }
}
