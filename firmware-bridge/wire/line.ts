import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameCheck } from '../frames/frame.ts'

/** Why a transaction brought no data. All of them are expected on a field bus, so none is thrown. */
export type LineFailureKind =
  /** Nothing came in time. */
  | 'timeout'
  /** Bytes came that are no answer to the request: bad check sum, foreign unit, wrong length. */
  | 'crc'
  /** The terminal refused; `code` is its exception or error code [MODBUS 7; DL/T 645-2007 annex B]. */
  | 'exception'
  /** The line itself is down: cannot be opened, closed by the other side, device gone. */
  | 'link'
  /** The caller's signal or `close()` ended it. */
  | 'aborted'

export interface LineFailure {
  readonly ok: false
  readonly kind: LineFailureKind
  /** Exception code, only with kind `exception`. */
  readonly code?: number
  /** The check that what came failed, only with kind `crc`; absent where good frames came that are no answer. */
  readonly check?: FrameCheck
  /** What the system said, for people. */
  readonly detail?: string
}

/** When a reply came. `wireMs`: how long its bytes took on the wire, so that arrivedAt - wireMs is when the terminal took its values. */
export interface Arrival {
  readonly arrivedAt: EpochMs
  readonly wireMs: number
  /** From the last byte of the request to the first of the reply, as far as this machine can tell, ms. Not every line measures it. */
  readonly turnaroundMs?: number
}

/** What came of one transaction. `R`: what a good reply carries. */
export type Outcome<R extends object> = (Readonly<R> & Arrival & { readonly ok: true }) | LineFailure

/** What a line has seen since it was made. */
export interface LineCounters {
  readonly connected: boolean
  readonly transactions: number
  readonly timeouts: number
  readonly crcErrors: number
  readonly exceptions: number
  readonly linkErrors: number
  /** How often the line was opened, the first time included. */
  readonly connects: number
}

/**
 * One conversation with the terminals of one serial port or TCP endpoint, in which the gateway asks. A dropped line is opened
 * again by the next transaction, at most once per back-off.
 */
export interface Line<Q, R extends object> {
  /**
   * Resolves within the time-out of the line once its turn has come; whatever the bus does is an outcome. Throws only for a
   * request no terminal could answer, the caller's mistake.
   */
  transact(request: Q, signal?: AbortSignal): Promise<Outcome<R>>
  /** Ends what runs and what waits as `aborted`; resolves when the port is free again. Later transactions are `aborted`. */
  close(): Promise<void>
  readonly health: LineCounters
}

/** What a line makes every transaction cost, ms. Behind a socket, where characters cost nothing that is known, both are 0. */
export interface LinePace {
  readonly characterMs: number
  /** Silence before each frame. */
  readonly gapMs: number
}

/** What else a line has noticed; none of it reached a caller. */
export interface LineStatistics extends LineCounters {
  /** Replies that came after their time-out. */
  readonly late: number
  /** Good frames nobody asked for: other units, another master, second copies. */
  readonly foreign: number
  /** Frames that were refused, and rubbish between frames, by the check it failed. */
  readonly refused: Readonly<Partial<Record<FrameCheck, number>>>
}

/** A line that knows what its transactions cost. */
export interface TimedLine<Q, R extends object> extends Line<Q, R> {
  readonly health: LineStatistics
  readonly pace: LinePace
  /** How many transactions may be under way at once now: 1 on every line but a connection that stood the test of more. */
  readonly window: number
  /** The next request may open the line, whatever its back-off says: who was awaited has dialled in. */
  hasten?(): void
  /** How long `terminal` takes to begin its reply, 99 times in 100, ms; the line's start value until it has answered often enough. */
  turnaroundMs(terminal: number | string): number
}
