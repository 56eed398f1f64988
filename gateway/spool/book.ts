import type { EpochMs } from '@civitals/contracts/clock'
import { encodeEnvelope, maxWireBytes } from '@civitals/contracts/encode-envelope'
import type { Envelope } from '@civitals/contracts/envelope'
import { addInterval, type Interval, type Intervals, removeInterval } from '@civitals/contracts/intervals'
import { carriedNow, countersOf, emptyState, rowOf, unsentIn, withLost, withRow, withUnsent } from './accounts.ts'
import { mergeGaps, type PreviousSpool } from './gaps.ts'
import { identityAt, type OlderSpool, placesOf } from './older.ts'
import { whatIsHeld } from './reopening.ts'
import { makeRoom, removeExpired } from './room.ts'
import type { Reopening, Settled, SpoolCounters, SpoolDraft, SpoolLimits, SpoolRow, WaitingRange } from './spool.ts'
import { asGiven, type SpoolState, type SpoolTable, type TableRow } from './table.ts'

const lookForExpiredEveryMs = 60_000

/**
 * The rules of a spool over a table of rows: numbers, accounts, gap records, budget. Synchronous, so that each call is one
 * transaction; a call that throws leaves accounts and rows as they were.
 */
export class SpoolBook {
  readonly #table: SpoolTable
  readonly #limits: SpoolLimits
  #state: SpoolState
  /** Age at which expired rows were last looked for. */
  #lookedAt = Number.NEGATIVE_INFINITY
  /** Lowest number no link was ever given. */
  #unsentFrom: number
  /** What the disk says of it: from there on nothing is given to a link before the disk says otherwise. */
  #saidUnsentFrom: number
  /** Monotonic time of the last commit of this run. */
  #committedAt: number | undefined

  /** Opens the book in `table`; when the table is new, as spool `newId`, continuing `previous`. */
  constructor(table: SpoolTable, limits: SpoolLimits, newId: string, previous?: PreviousSpool) {
    this.#table = table
    this.#limits = limits
    const known = table.load()
    // The first change says that the file is open: until then it stands as it was closed, and a full disk hinders nobody from sending.
    this.#state = { ...(known ?? emptyState(newId, previous)), closed: false }
    this.#unsentFrom = unsentIn(this.#state) ?? this.#state.newestSeq + 1
    this.#saidUnsentFrom = unsentIn(this.#state) ?? Number.POSITIVE_INFINITY
    if (!known) table.transaction(true, () => table.save(this.#state))
  }

  get id(): string {
    return this.#state.spool
  }

  /** The accounts as of the last call that held. */
  get state(): SpoolState {
    return this.#state
  }

  counters(): SpoolCounters {
    return countersOf(this.#state)
  }

  /** Something that was written is not there any more: it may have said that everything was given to a link. */
  mistrust(): void {
    this.#unsentFrom = this.#state.newestSeq + 1
  }

  /** Numbers up to `seq` may have been given and are not in the table any more: they are never given again, and declared. */
  skipTo(seq: number, now: EpochMs, reason: string): void {
    this.#change(true, (state) => {
      const gap = { fromSeq: state.newestSeq + 1, toSeq: seq, readings: 0, atLeast: true, from: now, to: now, reason }
      return [{ ...state, newestSeq: seq, gaps: mergeGaps(state.gaps, [gap]) }, undefined]
    })
  }

  /** `mono`: a clock nobody sets; rows age by it alone, so that no step of the wall clock makes them go. */
  append(drafts: readonly SpoolDraft[], now: EpochMs, mono: number): SpoolRow[] {
    const age = (this.#state.age ?? 0) + Math.max(0, Math.round(mono - (this.#committedAt ?? mono)))
    const committed = this.#change(true, (state) => {
      const rows: TableRow[] = []
      let next: SpoolState = { ...state, age }
      for (const draft of drafts) {
        if (draft.lost) next = withLost(next, draft.lost)
        next = this.#appendOne(next, draft, now, rows)
      }
      next = this.#withoutExpired(next, age)
      next = makeRoom(next, this.#table, {
        ...this.#limits,
        unsentFrom: this.#unsentFrom,
        before: rows[0]?.seq ?? next.newestSeq + 1,
      })
      return [next, rows.map(asGiven)]
    })
    this.#committedAt = mono
    return committed
  }

  waiting(range: WaitingRange): SpoolRow[] {
    const rows = this.#table.waiting(range)
    if (this.#unsentFrom === Number.POSITIVE_INFINITY && (rows.at(-1)?.seq ?? 0) >= this.#saidUnsentFrom)
      this.#change(true, (state) => [state, undefined])
    const { older = [] } = this.#state
    if (older.length === 0) return rows
    return rows.map((row) => {
      const of = identityAt(older, row.seq)
      return of ? { ...row, of } : row
    })
  }

  linked(stands: boolean): void {
    this.#unsentFrom = stands ? Number.POSITIVE_INFINITY : this.#state.newestSeq + 1
  }

  acknowledge(settled: Settled, spool: string = this.id): void {
    const ranges: Interval[] = settled.upTo > 0 ? [[1, settled.upTo], ...settled.above] : [...settled.above]
    const older = spool === this.id ? undefined : this.#olderNamed(spool)
    if (spool !== this.id && !older) return
    this.#change(false, (state) => {
      let [envelopes, readings, reopened] = [0, 0, state.reopened ?? 0]
      for (const [from, to] of older ? placesOf(older, ranges) : ranges) {
        const marked = this.#table.acknowledge(from, to)
        envelopes += marked.envelopes
        readings += marked.readings
        reopened -= marked.reopened
      }
      const { waiting, waitingReadings, inherited = 0, inheritedReadings = 0 } = state
      const left = older
        ? { inherited: inherited - envelopes, inheritedReadings: inheritedReadings - readings }
        : { waiting: waiting - envelopes, waitingReadings: waitingReadings - readings, settled }
      const { previous, ...rest } = state
      // Every envelope of this spool so far carried the link.
      const told = !older && ranges.length > 0
      return [{ ...(told ? rest : state), ...left, reopened }, undefined]
    })
  }

  reopen(spool: string, ranges: readonly Interval[]): Reopening {
    const wanted = ranges.reduce<Intervals>((set, [from, to]) => (from > to ? set : addInterval(set, from, to)), [])
    const older = spool === this.id ? undefined : this.#olderNamed(spool)
    if (spool !== this.id && !older) return { reopened: 0, missing: wanted }
    const places = older ? placesOf(older, wanted) : wanted
    const beyond = older ? removeInterval(wanted, 1, older.newest) : []
    return this.#change(true, (state) => {
      const reopened = places.reduce((sum, [from, to]) => sum + this.#table.reopen(from, to), state.reopened ?? 0)
      const held = whatIsHeld(this.#table, places)
      const missing = [...moved(held.missing, older?.shift ?? 0), ...beyond]
      return [
        { ...state, reopened },
        { ...held, missing },
      ]
    })
  }

  close(): void {
    try {
      this.#table.transaction(true, () => this.#table.save({ ...this.#state, closed: true }))
    } catch {
      // A disk that takes nothing: a file that is not marked as closed is only looked at more closely at its next opening.
    } finally {
      this.#table.close()
    }
  }

  #olderNamed(spool: string): OlderSpool | undefined {
    return this.#state.older?.find((one) => one.spool === spool)
  }

  #change<T>(durable: boolean, work: (state: SpoolState) => [SpoolState, T]): T {
    const [state, result] = this.#table.transaction(durable, () => {
      const [next, result] = work(this.#state)
      const changed = withUnsent(next, this.#unsentFrom, this.#limits.budgetBytes)
      this.#table.save(changed)
      return [changed, result] as const
    })
    this.#state = state
    if (durable || state.unsent) this.#saidUnsentFrom = state.unsent?.from ?? Number.POSITIVE_INFINITY
    return result
  }

  #withoutExpired(state: SpoolState, age: number): SpoolState {
    if (age - this.#lookedAt < lookForExpiredEveryMs) return state
    const next = removeExpired(state, this.#table, age - this.#limits.keepAcknowledgedMs)
    // As long as something was found there may be more: look again with the next commit.
    if (next === state) this.#lookedAt = age
    return next
  }

  #appendOne(state: SpoolState, draft: SpoolDraft, now: EpochMs, rows: TableRow[]): SpoolState {
    const carried = carriedNow(state)
    const envelope: Envelope = {
      spool: state.spool,
      seq: state.newestSeq + 1,
      config: draft.config,
      ...(state.previous && { previous: state.previous }),
      ...carried,
      samples: [...draft.samples],
      ...(draft.clockFix && { clockFix: draft.clockFix }),
    } as Envelope
    const payload = encodeEnvelope(envelope, this.#limits.compress)
    if (payload.length > maxWireBytes && draft.samples.length > 1) return this.#appendHalves(state, draft, now, rows)
    const row = rowOf(envelope, payload, draft.class, { now, age: state.age ?? 0 }, carried)
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

const moved = (ranges: readonly Interval[], by: number): Interval[] =>
  by === 0 ? [...ranges] : ranges.map(([from, to]) => [from + by, to + by])
