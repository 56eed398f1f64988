import type { EpochMs } from '@civitals/contracts/clock'
import type { BadQuality } from './driver.ts'
import type { ProfilePoint } from './profile.ts'
import type { LineFailure } from './wire/line.ts'

/** One transaction and the points it brings. */
export interface PlannedRead {
  readonly points: readonly ProfilePoint[]
}

/** What one planned read came to: every point of the plan stands in `values`, in `quality`, or in both when its value is doubtful. */
export interface PlanReading {
  /** When the terminal took the values: arrival of the reply minus its time on the wire. Absent when there was no good reply. */
  readonly at?: EpochMs
  readonly values: Readonly<Record<string, number>>
  readonly quality: Readonly<Record<string, BadQuality>>
  /** The terminal itself spoke, be it with an exception. */
  readonly answered: boolean
  readonly failure?: LineFailure
  /** The plan was at fault: `plansFor` gives others now, and the points should be read with them at once. */
  readonly again?: boolean
}

/** How a gateway reads one terminal of a line in which it asks, whatever the protocol. Calls of `read` may overlap where the line has a window. */
export interface TerminalReader<P extends PlannedRead = PlannedRead> {
  /** The cheapest transactions that bring these points. */
  plansFor(points: readonly ProfilePoint[]): readonly P[]
  /** Never throws for what the line or the terminal does. */
  read(plan: P, signal?: AbortSignal): Promise<PlanReading>
  /** The cheapest transaction there is, to see whether a silent terminal answers again. */
  probe(): P | undefined
  /** Silence this terminal needs between two transactions, ms. Default 0. */
  readonly pauseMs?: number
  /** What was learned of it: time it takes to begin its reply. */
  readonly learned?: { readonly turnaroundMs?: number }
}
