import type { StateStore, StateTx } from '@civitals/storage/state'
import type { KeptSite, Memory } from '../scoring/memory.ts'
import type { IndicatorTables } from '../tables.ts'

/** Keeps what gaps are held at, so that a restart forgets nothing bad. */
export async function writeMemory(tx: StateTx, area: string, memory: Memory): Promise<void> {
  for (const [indicator, { at, score, value }] of memory.indicators) {
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_last')
      .values({ area, indicator, at, score, value })
      .onConflict((conflict) => conflict.columns(['area', 'indicator']).doUpdateSet({ at, score, value }))
      .execute()
  }
}

/** Puts back what `writeMemory` kept. */
export async function readMemory(db: StateStore['db'], area: string, memory: Memory): Promise<void> {
  const rows = await db
    .withTables<IndicatorTables>()
    .selectFrom('indicator_last')
    .select(['indicator', 'at', 'score', 'value'])
    .where('area', '=', area)
    .execute()
  for (const { indicator, at, score, value } of rows) memory.indicators.set(indicator, { at, score, value })
  await readSites(db, memory)
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

async function readSites(db: StateStore['db'], memory: Memory): Promise<void> {
  const rows = await db.withTables<IndicatorTables>().selectFrom('indicator_site').selectAll().execute()
  for (const { indicator, terminal, part, at, value, parts } of rows) {
    const read = JSON.parse(parts) as Record<string, number>
    memory.sites.keep(indicator, terminal, {
      at,
      value,
      ...(part === '' ? {} : { part }),
      ...(Object.keys(read).length > 0 ? { parts: read } : {}),
    })
  }
}
