import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { Settled, SpoolRow } from '../spool/spool.ts'
import type { Lane } from './connection.ts'
import type { LinkPace } from './link-pace.ts'

/** Envelopes on their way to the application acknowledgement. */
export const windowSize = 64
const liveShare = 48

/**
 * How much of the window backfill may take: a quarter; three quarters when nothing live is kept waiting and acknowledgements
 * come fast; hardly any on a link so slow that what lies in its buffers would make live readings old.
 */
const backfillShare = { usual: 16, fast: 48, slow: 4 } as const
const fastMs = 500
const slowMs = 2000

/**
 * Bytes under way: what lies in the buffers of a thin link stands before every alarm. It begins with a window of small envelopes, grows
 * while acknowledgements come within a second and shrinks until they come within two.
 */
const budget = { first: 9 * 1024, least: 1024, most: 16 * 1024 * 1024 } as const
const growWithinMs = 1000
/** Backfill is no more than the link carries in this time, as far as is known: an alarm may come behind it. */
const backfillMs = 4000

const firstTimeoutMs = 10_000
const longestTimeoutMs = 300_000

interface InFlight {
  readonly row: SpoolRow
  lane: Lane
  sends: number
  sentAt: number
  /** Bytes under way when it was sent, its own among them. */
  bytes: number
  /** Monotonic time at which it is sent again. */
  resendAt: number
}

/** What has been sent and not been acknowledged, per session. */
export class SendWindow {
  readonly #pace: LinkPace
  readonly #inFlight = new Map<number, InFlight>()
  /** Time from the last send to the acknowledgement, newest measured. */
  #roundTripMs: number | undefined
  #budget: number = budget.first
  /** The budget is cut once for what was sent under it. */
  #cutAt = Number.NEGATIVE_INFINITY
  readonly #bytes = { live: 0, backfill: 0 }

  constructor(pace: LinkPace) {
    this.#pace = pace
  }

  get size(): number {
    return this.#inFlight.size
  }

  /** Bytes on their way to the acknowledgement. */
  get bytesUnderWay(): number {
    return this.#bytes.live + this.#bytes.backfill
  }

  has(seq: number): boolean {
    return this.#inFlight.has(seq)
  }

  /** How many more envelopes the live lane may send now. */
  liveRoom(): number {
    return Math.max(0, Math.min(liveShare - this.#count('live'), windowSize - this.size))
  }

  /** How many more of backfill; `liveWaits`: live envelopes stand in the spool that could not be sent yet. */
  backfillRoom(liveWaits: boolean): number {
    const roundTrip = this.#roundTripMs ?? fastMs + 1
    const fast = roundTrip <= fastMs && !liveWaits
    const share = roundTrip > slowMs ? backfillShare.slow : fast ? backfillShare.fast : backfillShare.usual
    return Math.max(0, Math.min(share - this.#count('backfill'), windowSize - this.size))
  }

  /** Acknowledgements take so long that what lies in the link makes live readings old. */
  get isSlow(): boolean {
    return (this.#roundTripMs ?? 0) > slowMs
  }

  /**
   * Whether so many bytes more may be under way. Live ones may have the whole budget, backfill what they leave of it and the link carries in
   * some seconds; one envelope of a lane always may, however large.
   */
  fits(lane: Lane, bytes: number): boolean {
    if (this.#count(lane) === 0) return true
    if (lane === 'live') return this.#bytes.live + bytes <= this.#budget
    return this.bytesUnderWay + bytes <= Math.min(this.#budget, this.#pace.carriesIn(backfillMs))
  }

  sent(row: SpoolRow, lane: Lane, mono: number): void {
    const before = this.#inFlight.get(row.seq)
    if (before) this.#bytes[before.lane] -= row.payload.length
    this.#bytes[lane] += row.payload.length
    const sends = (before?.sends ?? 0) + 1
    // Twice on a link that is slow already makes it slower.
    const bytes = this.bytesUnderWay
    const patienceMs = Math.max(firstTimeoutMs, 4 * (this.#roundTripMs ?? 0))
    const timeoutMs = Math.max(2 * this.#pace.timeFor(bytes), Math.min(longestTimeoutMs, patienceMs * 2 ** (sends - 1)))
    this.#inFlight.set(row.seq, { row, lane, sends, bytes, sentAt: mono, resendAt: mono + timeoutMs })
  }

  /** Takes out what the centre has settled of spool `own` and older ones, as heard at `mono`. */
  settle(told: Acknowledgement['spools'], own: string, mono: number): void {
    for (const [seq, entry] of this.#inFlight) {
      if (!isSettled(told, own, entry.row)) continue
      this.#inFlight.delete(seq)
      this.#bytes[entry.lane] -= entry.row.payload.length
      this.#roundTripMs = mono - entry.sentAt
      // Of one sent twice nobody knows which came.
      if (entry.sends === 1) this.#pace.carried(entry.bytes, this.#roundTripMs)
      this.#adapt(entry, mono)
    }
  }

  #adapt({ row, sentAt }: InFlight, mono: number): void {
    const took = mono - sentAt
    if (took <= growWithinMs) this.#budget = Math.min(budget.most, this.#budget + row.payload.length)
    if (took <= slowMs || sentAt < this.#cutAt) return
    this.#budget = Math.max(budget.least, (this.#budget * slowMs) / took)
    this.#cutAt = mono
  }

  /** Rows whose acknowledgement is overdue at `mono`, oldest first. */
  overdue(mono: number): SpoolRow[] {
    const late = [...this.#inFlight.values()].filter((entry) => entry.resendAt <= mono)
    return late.map((entry) => entry.row).sort((a, b) => a.seq - b.seq)
  }

  /** Monotonic time of the next resend, when anything is in flight. */
  nextResendAt(): number | undefined {
    let next: number | undefined
    for (const { resendAt } of this.#inFlight.values()) next = Math.min(next ?? resendAt, resendAt)
    return next
  }

  #count(lane: Lane): number {
    let count = 0
    for (const entry of this.#inFlight.values()) if (entry.lane === lane) count++
    return count
  }
}

/** Whether an acknowledgement says that the centre has settled a row, by whose number it is. */
export function isSettled(told: Acknowledgement['spools'], own: string, row: SpoolRow): boolean {
  const { spool, seq } = row.of ?? { spool: own, seq: row.seq }
  const settled = told[spool]
  return settled !== undefined && covers(settled, seq)
}

const covers = ({ upTo, above }: Settled, seq: number): boolean =>
  (seq >= 1 && seq <= upTo) || above.some(([from, to]) => seq >= from && seq <= to)
