import { type Reject, type RejectReason, rejectReasons } from '@civitals/contracts/ledger'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { Refusal } from '../intake/port.ts'
import { upsert } from '../rows/upsert.ts'
import type { LedgerTables } from './tables.ts'

/** Rejects that stay listed, the newest; all are counted. */
export const listedRejects = 10_000
/** Of what one settlement refuses, so much is listed: a flood must not wash away everything else, nor cost the store its speed. */
const listedPerSettlement = 500

/** Rejects on their way into the state store with one settlement. */
export interface RejectEntries {
  readonly listed: readonly Refusal[]
  readonly counts: ReadonlyMap<RejectReason, number>
}

/** One page of rejects, newest first. `next` is the cursor of the page after it. */
export interface RejectPage {
  readonly items: readonly Reject[]
  readonly next: string | null
}

type RejectRow = LedgerTables['reject']

/** Counts and lists what was refused. Refused connections gather here until a state transaction takes them along. */
export class RejectBook {
  readonly #state: StateStore
  readonly #counts: Map<RejectReason, number>
  #last: number
  #pending = new RejectTally()

  private constructor(state: StateStore, counts: Map<RejectReason, number>, last: number) {
    this.#state = state
    this.#counts = counts
    this.#last = last
  }

  static async open(state: StateStore): Promise<RejectBook> {
    const tables = state.db.withTables<LedgerTables>()
    const counts = await tables.selectFrom('reject_count').selectAll().execute()
    const newest = await tables.selectFrom('reject').select('n').orderBy('n', 'desc').limit(1).executeTakeFirst()
    return new RejectBook(state, new Map(counts.map((row) => [row.reason as RejectReason, row.count])), newest?.n ?? 0)
  }

  /** Refused since start of the books, by reason, what is not yet written included. */
  counts(): Record<RejectReason, number> {
    const pending = this.#pending.counts
    const count = (reason: RejectReason) => (this.#counts.get(reason) ?? 0) + (pending.get(reason) ?? 0)
    return Object.fromEntries(rejectReasons.map((reason) => [reason, count(reason)])) as Record<RejectReason, number>
  }

  /** Notes what was refused outside any settlement. */
  note(refusal: Refusal): void {
    this.#pending.add(refusal)
  }

  get hasPending(): boolean {
    return this.#pending.counts.size > 0
  }

  /** Hands over what was noted since; they must be committed with the next settlement. */
  takePending(): RejectTally {
    const taken = this.#pending
    this.#pending = new RejectTally()
    return taken
  }

  /** Writes entries inside the state transaction; `committed` makes them count in memory. */
  async write(tx: StateTx, { listed, counts }: RejectEntries): Promise<void> {
    if (counts.size === 0) return
    const totals = [...counts].map(([reason, count]) => ({ reason, count: (this.#counts.get(reason) ?? 0) + count }))
    await upsert<LedgerTables, 'reject_count'>(tx, 'reject_count', ['reason'], totals)
    const rows = listed.map((refusal, order) => rowOf(refusal, this.#last + 1 + order))
    await upsert<LedgerTables, 'reject'>(tx, 'reject', ['n'], rows)
    const oldest = this.#last + rows.length - listedRejects
    if (oldest > 0 && rows.length > 0) {
      await tx.withTables<LedgerTables>().deleteFrom('reject').where('n', '<=', oldest).execute()
    }
  }

  committed({ listed, counts }: RejectEntries): void {
    for (const [reason, count] of counts) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count)
    this.#last += listed.length
  }

  /** Listed rejects, newest first. `limit` 1 to 1,000; `cursor`: `next` of the page before. */
  async page(limit: number, cursor?: string): Promise<RejectPage> {
    const size = Math.min(Math.max(1, limit), 1_000)
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor) || 0
    const query = this.#state.db.withTables<LedgerTables>().selectFrom('reject').selectAll().where('n', '<', before)
    const rows = await query
      .orderBy('n', 'desc')
      .limit(size + 1)
      .execute()
    const items = rows.slice(0, size).map(rejectOf)
    return { items, next: rows.length > size ? (items.at(-1)?.id ?? null) : null }
  }
}

/** Gathers rejects: counts every one, keeps the first few hundred for the list. */
export class RejectTally implements RejectEntries {
  readonly listed: Refusal[] = []
  readonly counts = new Map<RejectReason, number>()

  add(refusal: Refusal): void {
    this.counts.set(refusal.reason, (this.counts.get(refusal.reason) ?? 0) + 1)
    if (this.listed.length < listedPerSettlement) this.listed.push(refusal)
  }

  /** Takes another tally's rejects behind its own. */
  absorb(other: RejectTally): void {
    for (const [reason, count] of other.counts) this.counts.set(reason, (this.counts.get(reason) ?? 0) + count)
    this.listed.push(...other.listed.slice(0, listedPerSettlement - this.listed.length))
  }
}

const rowOf = (refusal: Refusal, n: number): RejectRow => ({
  n,
  at: refusal.at,
  scope: refusal.scope,
  reason: refusal.reason,
  gateway: refusal.gateway ?? null,
  spool: refusal.spool ?? null,
  seq: refusal.seq ?? null,
  terminal: refusal.terminal ?? null,
  point: refusal.point ?? null,
  detail: refusal.detail,
})

function rejectOf({ n, gateway, spool, seq, terminal, point, ...row }: RejectRow): Reject {
  return {
    ...(row as Pick<Reject, 'at' | 'scope' | 'reason' | 'detail'>),
    id: String(n),
    ...(gateway === null ? {} : { gateway }),
    ...(spool === null ? {} : { spool }),
    ...(seq === null ? {} : { seq }),
    ...(terminal === null ? {} : { terminal }),
    ...(point === null ? {} : { point }),
  }
}
