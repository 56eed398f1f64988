import { crc32 } from 'node:zlib'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { IndicatorTables } from '../tables.ts'

/** What is kept of the windows of one terminal: valid only beside the same shape, whole, and until something older is settled. */
export interface KeptTerminal {
  readonly terminal: string
  /** What the terminal's windows are made for: of another shape nothing can be taken over. */
  readonly shape: string
  /** Newest sample in it, event time: what is newer stands in the series store. */
  readonly until: number
  readonly state: Buffer
}

export async function writeKept(tx: StateTx, kept: readonly KeptTerminal[]): Promise<void> {
  for (const { terminal, shape, until, state } of kept) {
    const row = { shape, until, state: state.toString('base64'), checksum: crc32(state) }
    await tx
      .withTables<IndicatorTables>()
      .insertInto('indicator_window')
      .values({ terminal, ...row })
      .onConflict((conflict) => conflict.column('terminal').doUpdateSet(row))
      .execute()
  }
}

/** Rows one question asks for: one after the other the main loop stays free. */
const rowsAtOnce = 250

/** Everything kept that is whole, by terminal. */
export async function* readKept(db: StateStore['db']): AsyncIterable<KeptTerminal> {
  for (let after = ''; ; ) {
    const rows = await db
      .withTables<IndicatorTables>()
      .selectFrom('indicator_window')
      .selectAll()
      .where('terminal', '>', after)
      .orderBy('terminal')
      .limit(rowsAtOnce)
      .execute()
    for (const { terminal, shape, until, state, checksum } of rows) {
      const bytes = Buffer.from(state, 'base64')
      if (crc32(bytes) === checksum) yield { terminal, shape, until, state: bytes }
    }
    const last = rows.at(-1)
    if (!last || rows.length < rowsAtOnce) return
    after = last.terminal
  }
}

/** Forgets some terminals, or all of them. */
export async function dropKept(tx: StateTx, terminals?: readonly string[]): Promise<void> {
  const all = tx.withTables<IndicatorTables>().deleteFrom('indicator_window')
  if (!terminals) {
    await all.execute()
    return
  }
  for (let from = 0; from < terminals.length; from += rowsAtOnce)
    await all.where('terminal', 'in', terminals.slice(from, from + rowsAtOnce)).execute()
}
