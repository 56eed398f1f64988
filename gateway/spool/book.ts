import type { EpochMs } from '@civitals/contracts/clock'
import { countReadings, encodeEnvelope, maxWireBytes } from '@civitals/contracts/encode-envelope'
import type { Envelope } from '@civitals/contracts/envelope'
import { addInterval, type Interval, type Intervals } from '@civitals/contracts/intervals'
import { maxGapsPerEnvelope, type PreviousSpool } from './gaps.ts'
import { whatIsHeld } from './reopening.ts'
import { makeRoom, removeExpired } from './room.ts'
import type { Reopening, Settled, SpoolCounters, SpoolDraft, SpoolLimits, SpoolRow, WaitingRange } from './spool.ts'
import { type Carried, type SpoolState, type SpoolTable, sizeOf, type TableRow } from './table.ts'

const lookForExpiredEveryMs = 60_000

/**
 * The rules of a spool over a table of rows: numbers, accounts, gap records, budget. Synchronous, so that each call is one
 * transaction; a call that throws leaves accounts and rows as they were.
 */
export class SpoolBook {
  readonly #table: SpoolTable
  readonly #limits: SpoolLimits
  #state: SpoolState
  #lookedAt = Number.NEGATIVE_INFINITY

  /** Opens the book in `table`; when the table is new, as spool `newId`, continuing `previous`. */
  constructor(table: SpoolTable, limits: SpoolLimits, newId: string, previous?: PreviousSpool) {
    this.#table = table
    this.#limits = limits
    this.#state = table.load() ?? emptyState(newId, previous)
    table.transaction(true, () => table.save({ ...this.#state, closed: false }))
  }

  get id(): string {
    return this.#state.spool
  }

  counters(): SpoolCounters {
    const { newestSeq, waiting, waitingReadings, reopened = 0, producedReadings, declaredLost, bytes } = this.#state
    return { newestSeq, waiting, waitingReadings, reopened, producedReadings, declaredLost, bytes }
  }

  append(drafts: readonly SpoolDraft[], now: EpochMs): SpoolRow[] {
    return this.#change(true, (state) => {
      const rows: TableRow[] = []
      let next = state
      for (const draft of drafts) next = this.#appendOne(next, draft, now, rows)
      next = this.#withoutExpired(next, now)
      next = makeRoom(next, this.#table, this.#limits.budgetBytes, rows[0]?.seq ?? next.newestSeq + 1)
      return [next, rows.map(({ seq, payload, committedAt, urgent }) => ({ seq, payload, committedAt, urgent }))]
    })
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#table.waiting(range)
  }

  acknowledge(settled: Settled): void {
    const ranges: (readonly [number, number])[] =
      settled.upTo > 0 ? [[1, settled.upTo], ...settled.above] : settled.above
    this.#change(false, (state) => {
      let { waiting, waitingReadings, reopened = 0 } = state
      for (const [from, to] of ranges) {
        const marked = this.#table.acknowledge(from, to)
        waiting -= marked.envelopes
        waitingReadings -= marked.readings
        reopened -= marked.reopened
      }
      return [{ ...state, waiting, waitingReadings, reopened }, undefined]
    })
  }

  reopen(spool: string, ranges: readonly Interval[]): Reopening {
    const wanted = ranges.reduce<Intervals>((set, [from, to]) => (from > to ? set : addInterval(set, from, to)), [])
    if (spool !== this.id) return { reopened: 0, missing: wanted }
    return this.#change(true, (state) => {
      const reopened = wanted.reduce((sum, [from, to]) => sum + this.#table.reopen(from, to), state.reopened ?? 0)
      return [{ ...state, reopened }, whatIsHeld(this.#table, wanted)]
    })
  }

  close(): void {
    this.#table.transaction(true, () => this.#table.save({ ...this.#state, closed: true }))
    this.#table.close()
  }

  #change<T>(durable: boolean, work: (state: SpoolState) => [SpoolState, T]): T {
    const [state, result] = this.#table.transaction(durable, () => {
      const changed = work(this.#state)
      this.#table.save(changed[0])
      return changed
    })
    this.#state = state
    return result
  }

  #withoutExpired(state: SpoolState, now: EpochMs): SpoolState {
    if (Math.abs(now - this.#lookedAt) < lookForExpiredEveryMs) return state
    const next = removeExpired(state, this.#table, now - this.#limits.keepAcknowledgedMs)
    // As long as something was found there may be more: look again with the next commit.
    if (next === state) this.#lookedAt = now
    return next
  }

  #appendOne(state: SpoolState, draft: SpoolDraft, now: EpochMs, rows: TableRow[]): SpoolState {
    const carried = carriedNow(state)
    const envelope: Envelope = {
      spool: state.spool,
      seq: state.newestSeq + 1,
      config: draft.config,
      ...carried,
      samples: [...draft.samples],
      ...(draft.clockFix && { clockFix: draft.clockFix }),
    } as Envelope
    const payload = encodeEnvelope(envelope, this.#limits.compress)
    if (payload.length > maxWireBytes && draft.samples.length > 1) return this.#appendHalves(state, draft, now, rows)
    const row = rowOf(envelope, payload, draft.urgent, now, carried)
    this.#table.insert(row)
    rows.push(row)
    return withRow(state, row)
  }

  #appendHalves(state: SpoolState, draft: SpoolDraft, now: EpochMs, rows: TableRow[]): SpoolState {
    const middle = draft.samples.length >> 1
    const { clockFix: _, ...rest } = draft
    const first = this.#appendOne(state, { ...draft, samples: draft.samples.slice(0, middle) }, now, rows)
    return this.#appendOne(first, { ...rest, samples: draft.samples.slice(middle) }, now, rows)
  }
}

const emptyState = (spool: string, previous?: PreviousSpool): SpoolState => ({
  spool,
  newestSeq: 0,
  waiting: 0,
  waitingReadings: 0,
  producedReadings: 0,
  declaredLost: 0,
  bytes: 0,
  ...(previous && { previous }),
  gaps: [],
})

function carriedNow(state: SpoolState): Carried {
  return {
    ...(state.previous && { previous: state.previous }),
    ...(state.gaps.length > 0 && { gaps: state.gaps.slice(0, maxGapsPerEnvelope) }),
  }
}

function rowOf(envelope: Envelope, payload: Uint8Array, urgent: boolean, now: EpochMs, carried: Carried): TableRow {
  const times = envelope.samples.map((sample) => sample.at)
  return {
    seq: envelope.seq,
    payload,
    committedAt: now,
    urgent,
    readings: countReadings(envelope),
    from: times.length > 0 ? Math.min(...times) : now,
    to: times.length > 0 ? Math.max(...times) : now,
    ...((carried.previous || carried.gaps) && { carried }),
  }
}

function withRow(state: SpoolState, row: TableRow): SpoolState {
  const { previous: _, ...rest } = state
  return {
    ...rest,
    newestSeq: row.seq,
    waiting: state.waiting + 1,
    waitingReadings: state.waitingReadings + row.readings,
    producedReadings: state.producedReadings + row.readings,
    bytes: state.bytes + sizeOf(row.payload.length),
    gaps: state.gaps.slice(maxGapsPerEnvelope),
  }
}
