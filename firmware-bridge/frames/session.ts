import type { EpochMs } from '@civitals/contracts/clock'
import type { BadQuality } from '../driver.ts'
import type { FrameFault } from './frame.ts'

/** What a terminal that speaks first has reported in one frame. */
export interface TerminalReport {
  /** Its address as printed on the device: MN, station, phone number, source address. */
  readonly address: string
  /** The time the terminal gives; absent where it gives none, then the arrival counts. */
  readonly at?: EpochMs
  /** Quantities by the protocol's own key (`a34004-Rtd`, `39`, ...), as numbers in the protocol's unit. */
  readonly elements: Readonly<Record<string, number>>
  /** Elements the terminal itself calls bad, by the same keys; they have no value. */
  readonly bad?: Readonly<Record<string, BadQuality>>
  /** History sent again or later: the time is the terminal's, and it must not count as live. */
  readonly history?: boolean
}

export interface Received {
  /** Frames to send back, in order. */
  readonly answers: readonly Buffer[]
  readonly reports: readonly TerminalReport[]
  readonly refused: readonly FrameFault[]
  /** Addresses whose good frames came, with something to report or not: they live. */
  readonly heard: readonly string[]
}

/** One conversation in which the terminals speak first: on a socket, or on a serial line. Pure; whoever has the stream calls it. */
export interface PushSession {
  /**
   * Bytes came at wall time `now`. Never throws. `maySetClocks`: `now` is known to be right, so that terminals may be told it. Default: true.
   */
  receive(chunk: Uint8Array, now: EpochMs, maySetClocks?: boolean): Received
  /** What it would send by itself now (heartbeats, a request for what is missing); asked about once a second. */
  due(now: EpochMs): readonly Buffer[]
}

export interface PushSessionOptions {
  /** Minutes east of UTC of the terminals' clocks; Chinese standards mean UTC+8. Default 480. */
  readonly zoneMinutes?: number
  /** Password or key the terminals were given, where the protocol has one. */
  readonly password?: string
}
