import type { Settled, SpoolRow } from '../spool/spool.ts'
import type { Lane } from './connection.ts'

/** Envelopes on their way to the application acknowledgement, of which backfill at most a quarter and live the rest. */
export const windowSize = 64
const shares: Readonly<Record<Lane, number>> = { live: 48, backfill: 16 }

const firstTimeoutMs = 10_000
const longestTimeoutMs = 300_000

interface InFlight {
  readonly row: SpoolRow
  lane: Lane
  sends: number
  /** Monotonic time at which it is sent again. */
  resendAt: number
}

/** What has been sent and not been acknowledged, per session. */
export class SendWindow {
  readonly #inFlight = new Map<number, InFlight>()

  get size(): number {
    return this.#inFlight.size
  }

  has(seq: number): boolean {
    return this.#inFlight.has(seq)
  }

  /** How many more envelopes a lane may send now. */
  room(lane: Lane): number {
    let used = 0
    for (const entry of this.#inFlight.values()) if (entry.lane === lane) used++
    return Math.max(0, shares[lane] - used)
  }

  sent(row: SpoolRow, lane: Lane, mono: number): void {
    const sends = (this.#inFlight.get(row.seq)?.sends ?? 0) + 1
    const timeoutMs = Math.min(longestTimeoutMs, firstTimeoutMs * 2 ** (sends - 1))
    this.#inFlight.set(row.seq, { row, lane, sends, resendAt: mono + timeoutMs })
  }

  /** Takes out what the centre has settled; says how many that were. */
  settle(settled: Settled): number {
    const before = this.#inFlight.size
    for (const seq of this.#inFlight.keys()) if (covers(settled, seq)) this.#inFlight.delete(seq)
    return before - this.#inFlight.size
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
}

/** Whether an acknowledgement says that the centre has settled `seq`. */
export const covers = ({ upTo, above }: Settled, seq: number): boolean =>
  seq <= upTo || above.some(([from, to]) => seq >= from && seq <= to)
