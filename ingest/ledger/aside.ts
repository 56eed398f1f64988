import type { EpochMs } from '@civitals/contracts/clock'
import type { SetAside } from '@civitals/contracts/ledger'
import type { Quality } from '@civitals/contracts/quality'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { sql } from 'kysely'
import type { RawReading, SetAsideReason } from '../admission/judge.ts'
import { upsert } from '../rows/upsert.ts'
import type { LedgerTables } from './tables.ts'

/** A reading set aside, with the envelope whose accounts it stands in. */
export interface AsideEntry {
  readonly gateway: string
  readonly spool: string
  readonly seq: number
  readonly raw: RawReading
  readonly reason: SetAsideReason
  readonly receivedAt: EpochMs
  /** What the series store said to it, or which units do not go together. */
  readonly detail?: string
}

/** The same, stored: `n` is its number, never given to another. */
export interface StoredAside extends AsideEntry {
  readonly n: number
}

/** Readings set aside that wait for the same thing. */
export interface AsideGroup {
  readonly gateway: string
  readonly terminal: string
  readonly point: string
  readonly reason: SetAsideReason
  readonly boot: string | null
  readonly config: string | null
  /** Numbers of its oldest and its newest reading. */
  readonly first: number
  readonly last: number
}

const suffix = '.aside'

/** The name under which the series store holds what was set aside of a spool, each reading an envelope by its number: no gateway can have it. */
export const spoolOfAside = (spool: string): string => `${spool}${suffix}`

/** The spool of such a name; undefined of any other. */
export const spoolAside = (name: string): string | undefined =>
  name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined

type AsideRow = LedgerTables['set_aside']
const counter = 'set_aside'

/** Number of the next reading set aside. Kept apart from the rows: a number that was used stays used after its row has gone. */
export async function readNextAside(state: StateStore): Promise<number> {
  const tables = state.db.withTables<LedgerTables>()
  const row = await tables.selectFrom('ledger_counter').select('value').where('name', '=', counter).executeTakeFirst()
  return row?.value ?? 1
}

/** Writes entries numbered from `first`; returns the number after the last. */
export async function writeAside(tx: StateTx, entries: readonly AsideEntry[], first: number): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map((entry, order) => rowOf(entry, first + order))
  await upsert<LedgerTables, 'set_aside'>(tx, 'set_aside', ['n'], rows)
  const next = { name: counter, value: first + entries.length }
  await upsert<LedgerTables, 'ledger_counter'>(tx, 'ledger_counter', ['name'], [next])
}

/** What waits aside, by series and reason, as pages list it. */
export async function listAside(state: StateStore): Promise<SetAside[]> {
  const rows = await state.db
    .withTables<LedgerTables>()
    .selectFrom('set_aside')
    .select(['gateway', 'terminal', 'point', 'reason'])
    .select([
      sql<number>`count(*)`.as('readings'),
      sql<number>`min(at)`.as('firstAt'),
      sql<number>`max(at)`.as('lastAt'),
      sql<string | null>`min(detail)`.as('detail'),
    ])
    .groupBy(['gateway', 'terminal', 'point', 'reason'])
    .orderBy('gateway')
    .orderBy('terminal')
    .orderBy('point')
    .limit(10_000)
    .execute()
  return rows.map(({ detail, ...row }) => ({
    ...row,
    reason: row.reason as SetAsideReason,
    ...(detail !== null && { detail }),
  }))
}

/** What waits aside, by what it waits for; what came first in front, so that a series that waits for several things is released as it came. */
export async function asideGroups(state: StateStore): Promise<readonly AsideGroup[]> {
  const tables = state.db.withTables<LedgerTables>()
  const columns = ['gateway', 'terminal', 'point', 'reason', 'boot', 'config'] as const
  const rows = await tables
    .selectFrom('set_aside')
    .select(columns)
    .select([sql<number>`min(n)`.as('first'), sql<number>`max(n)`.as('last')])
    .groupBy(columns)
    .orderBy('first')
    .execute()
  return rows.map((row) => ({ ...row, reason: row.reason as SetAsideReason }))
}

/** Readings of one group numbered above `after`, oldest first, `limit` at most. */
export async function readAside(
  state: StateStore,
  group: AsideGroup,
  after: number,
  limit: number,
): Promise<readonly StoredAside[]> {
  const rows = await state.db
    .withTables<LedgerTables>()
    .selectFrom('set_aside')
    .selectAll()
    .where('gateway', '=', group.gateway)
    .where('terminal', '=', group.terminal)
    .where('point', '=', group.point)
    .where('reason', '=', group.reason)
    .where('boot', group.boot === null ? 'is' : '=', group.boot)
    .where('config', group.config === null ? 'is' : '=', group.config)
    .where('n', '>', after)
    .orderBy('n')
    .limit(limit)
    .execute()
  return rows.map(asideOf)
}

/** Numbers up to `to` that wait aside of a spool, in order. */
export async function asideNumbers(state: StateStore, gateway: string, spool: string, to: number): Promise<number[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('set_aside').select('n').where('gateway', '=', gateway)
  const rows = await query.where('spool', '=', spool).where('n', '<=', to).orderBy('n').execute()
  return rows.map(({ n }) => n)
}

/** Removes readings that wait no longer, by number. */
export async function removeAside(tx: StateTx, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return
  await tx.withTables<LedgerTables>().deleteFrom('set_aside').where('n', 'in', numbers).execute()
}

/** What a reading waits for now. */
export interface AsideChange extends Pick<AsideEntry, 'reason'> {
  readonly n: number
  readonly detail: string | undefined
}

/** Notes that readings wait for something else now. */
export async function changeAside(tx: StateTx, changes: readonly AsideChange[]): Promise<void> {
  const alike = Map.groupBy(changes, ({ reason, detail = '' }) => `${reason}: ${detail}`)
  for (const rows of alike.values()) {
    const [{ reason, detail = null }] = rows as [AsideChange]
    const numbers = rows.map(({ n }) => n)
    const table = tx.withTables<LedgerTables>().updateTable('set_aside')
    await table.set({ reason, detail }).where('n', 'in', numbers).execute()
  }
}

/** Readings received before `before`, oldest first, `limit` at most. */
export async function readOldestAside(
  state: StateStore,
  before: EpochMs,
  limit: number,
): Promise<readonly StoredAside[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('set_aside').selectAll()
  const rows = await query.where('received_at', '<', before).orderBy('n').limit(limit).execute()
  return rows.map(asideOf)
}

const rowOf = ({ gateway, spool, seq, raw, reason, receivedAt, detail = '' }: AsideEntry, n: number): AsideRow => ({
  n,
  gateway,
  spool,
  seq,
  terminal: raw.terminal,
  point: raw.point,
  at: raw.at,
  value: (raw.value ?? null) as number | null,
  quality: raw.quality ?? 'good',
  unsynced: raw.unsynced ? 1 : 0,
  mono: raw.mono ?? null,
  boot: raw.boot ?? null,
  reason,
  received_at: receivedAt,
  detail: detail || null,
  config: raw.config ?? null,
})

const asideOf = (row: AsideRow): StoredAside => ({
  n: row.n,
  gateway: row.gateway,
  spool: row.spool,
  seq: row.seq,
  reason: row.reason as SetAsideReason,
  receivedAt: row.received_at,
  raw: {
    terminal: row.terminal,
    point: row.point,
    at: row.at,
    value: row.value,
    quality: row.quality as Quality,
    unsynced: row.unsynced === 1,
    mono: row.mono ?? undefined,
    boot: row.boot ?? undefined,
    config: row.config ?? undefined,
  },
})
