import type { EpochMs } from '@civitals/contracts/clock'
import type { SettledEnvelope } from '@civitals/contracts/settlement'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { upsert } from '../rows/upsert.ts'
import type { SameTime } from './same-time.ts'
import type { LedgerTables } from './tables.ts'

/** What was settled of one spool in one hour of event time, as far as a series store can be asked for it. */
export interface SettledDigest {
  readonly gateway: string
  readonly spool: string
  /** Start of the hour. */
  readonly hour: EpochMs
  /** Readings with a value, and those whose quality is not good. */
  readonly values: number
  readonly marked: number
  /** Sum of the values, and of their magnitudes: how exact the sum can be. */
  readonly sum: number
  readonly magnitude: number
  /** The envelopes they came in lie within. */
  readonly fromSeq: number
  readonly toSeq: number
}

export const hourMs = 3_600_000

type Open = { -readonly [Key in keyof SettledDigest]: SettledDigest[Key] }

/**
 * Counts and sums of what one settlement stores, by spool and hour. `sameTime` knows which of them take the place of another reading: that one
 * counts no more.
 */
export function digestsOf(envelopes: readonly SettledEnvelope[], sameTime: SameTime): readonly SettledDigest[] {
  const digests = new Map<string, Open>()
  for (const envelope of envelopes) {
    let digest: Open | undefined
    for (const reading of envelope.readings) {
      const { at, value, quality } = reading
      if (!digest || at < digest.hour || at >= digest.hour + hourMs) digest = open(digests, envelope, at)
      const before = sameTime.replaced(reading)
      if (quality !== 'good' && !before?.marked) digest.marked++
      if (value === null) continue
      if (before && before.value !== null) digest.sum -= before.value
      else digest.values++
      digest.sum += value
      digest.magnitude += Math.abs(value)
    }
  }
  return [...digests.values()]
}

function open(digests: Map<string, Open>, { gateway, spool, seq }: SettledEnvelope, at: EpochMs): Open {
  const hour = Math.floor(at / hourMs) * hourMs
  const key = `${gateway}/${spool}/${hour}`
  let digest = digests.get(key)
  if (!digest) {
    digest = { gateway, spool, hour, values: 0, marked: 0, sum: 0, magnitude: 0, fromSeq: seq, toSeq: seq }
    digests.set(key, digest)
  }
  digest.fromSeq = Math.min(digest.fromSeq, seq)
  digest.toSeq = Math.max(digest.toSeq, seq)
  return digest
}

/**
 * Adds digests to what stands there, each once: every addition has a number, so that a transaction which committed without
 * anybody hearing of it adds nothing when it is tried again. One addition at a time.
 */
export class DigestBook {
  #held: number
  /** Number of the addition that was last tried: only one that was may stand there already. */
  #tried = 0

  private constructor(held: number) {
    this.#held = held
  }

  static async open(state: StateStore): Promise<DigestBook> {
    const row = await lastAddition(state.db.withTables<LedgerTables>())
    return new DigestBook(row?.value ?? 0)
  }

  /** Inside the state transaction that settles the readings. */
  async add(tx: StateTx, digests: readonly SettledDigest[], now: EpochMs): Promise<void> {
    if (digests.length === 0) return
    const value = this.#held + 1
    const again = this.#tried === value
    this.#tried = value
    if (again && ((await lastAddition(tx.withTables<LedgerTables>()))?.value ?? 0) >= value) return
    await upsert<LedgerTables, 'ledger_counter'>(tx, 'ledger_counter', ['name'], [{ name: counter, value }])
    for (let start = 0; start < digests.length; start += rowsPerStatement) {
      const rows = digests.slice(start, start + rowsPerStatement).map((digest) => rowOf(digest, now))
      await addRows(tx, rows, now)
    }
  }

  /** After the transaction of these digests has held. */
  committed(digests: readonly SettledDigest[]): void {
    if (digests.length > 0) this.#held++
  }
}

const counter = 'digest'
/** Bound values per statement stay below SQLite's 32,766. */
const rowsPerStatement = 2_000

const lastAddition = (db: Kysely<LedgerTables>) =>
  db.selectFrom('ledger_counter').select('value').where('name', '=', counter).executeTakeFirst()

async function addRows(tx: StateTx, rows: readonly LedgerTables['ledger_digest'][], now: EpochMs): Promise<void> {
  await tx
    .withTables<LedgerTables>()
    .insertInto('ledger_digest')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['gateway', 'spool', 'hour']).doUpdateSet({
        value_count: added('value_count'),
        marked: added('marked'),
        sum: added('sum'),
        magnitude: added('magnitude'),
        from_seq: outermost('from_seq', '<'),
        to_seq: outermost('to_seq', '>'),
        changed_at: now,
      }),
    )
    .execute()
}

const rowOf = (one: SettledDigest, now: EpochMs): LedgerTables['ledger_digest'] => ({
  gateway: one.gateway,
  spool: one.spool,
  hour: one.hour,
  value_count: one.values,
  marked: one.marked,
  sum: one.sum,
  magnitude: one.magnitude,
  from_seq: one.fromSeq,
  to_seq: one.toSeq,
  changed_at: now,
})

const added = (column: string): RawBuilder<number> =>
  sql<number>`${sql.ref(`ledger_digest.${column}`)} + ${sql.ref(`excluded.${column}`)}`

function outermost(column: string, order: '<' | '>'): RawBuilder<number> {
  const [there, here] = [sql.ref(`ledger_digest.${column}`), sql.ref(`excluded.${column}`)]
  return sql<number>`CASE WHEN ${here} ${sql.raw(order)} ${there} THEN ${here} ELSE ${there} END`
}

/** Everything settled of one hour. */
export async function readDigests(state: StateStore, hour: EpochMs): Promise<readonly SettledDigest[]> {
  const query = state.db.withTables<LedgerTables>().selectFrom('ledger_digest').selectAll()
  return (await query.where('hour', '=', hour).execute()).map((row) => ({
    gateway: row.gateway,
    spool: row.spool,
    hour: row.hour,
    values: row.value_count,
    marked: row.marked,
    sum: row.sum,
    magnitude: row.magnitude,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
  }))
}
