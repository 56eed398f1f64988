import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '@civitals/firmware-bridge/frames/frame'
import type { TerminalReport } from '@civitals/firmware-bridge/frames/session'
import type { Refusal } from './refusals.ts'

/** Why a frame or message was refused, the detail for a person. */
export type Refused = Pick<FrameFault, 'check' | 'detail'>

/** Who is told what terminals say by themselves. None of it may throw. */
export interface Hearing {
  /** A good frame of this address came, with something to report or not. */
  heard(address: string): void
  report(report: TerminalReport): void
  /** Whether the clock of this machine is known to be right, so that terminals may be told its time. */
  maySetClocks(): boolean
  /** A frame or message was refused. */
  refused(fault: Refused): void
  /** What cannot be had now, in the words of the system; undefined: it works again. Repeated words are fine. */
  trouble(detail: string | undefined): void
}

/** Who is at the other end of an open connection. */
export interface Peer {
  /** ADDRESS:PORT. */
  readonly from: string
  /** The DTU, or the address its last good frame named; absent before one came. */
  readonly name?: string
  readonly since: EpochMs
  readonly heardAt?: EpochMs
}

/** What a source has seen since it was made. */
export interface SourceCounters {
  readonly connected: boolean
  /** Connections that are open now. */
  readonly connections: number
  /** Who they are, those heard last first; only of a port. */
  readonly peers?: readonly Peer[]
  /** Its port is open; only of a line whose terminals dial in. */
  readonly listening?: boolean
  /** Frames, messages and connections that were refused, by why: check sums, passwords, contents that cannot be read. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>
}

/** Where terminals that speak first are heard: sockets, a serial port, a broker. */
export interface ReportSource {
  /** Listens until `signal` is aborted and everything is closed; never rejects for what happens outside. */
  run(hearing: Hearing, signal: AbortSignal): Promise<void>
  readonly health: SourceCounters
  /** One spelling of each address, where the protocol has several. Default: as it is. */
  spell?(address: string): string
}
