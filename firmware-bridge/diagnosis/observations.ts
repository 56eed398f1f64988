import type { PortSetting } from '../scanning/scan-line.ts'

/** What came of asking one unit the same thing several times. */
export interface Tally {
  readonly asked: number
  /** A good frame of that unit, an exception included. */
  readonly answered: number
  /** Bytes came, but no good frame. */
  readonly corrupt: number
  /** A second good frame of the same unit behind the first. */
  readonly doubled: number
}

/** How one point reads at its place and beside it. */
export interface PointTrial {
  readonly point: string
  /** `in`/`out`: a value in or out of the profile's range; a number: exception code; `none`: no answer. */
  readonly asWritten: PlaceTrial
  /** One address lower, one higher: for lists that count from 1. */
  readonly lower: PlaceTrial
  readonly higher: PlaceTrial
  /** The same place of the other register table (holding for input, input for holding). */
  readonly otherTable: PlaceTrial
  /** Byte orders beside the profile's in which the value lies in its range. */
  readonly fittingOrders: readonly string[]
}

export type PlaceTrial = 'in' | 'out' | 'none' | number

/** Everything a diagnosis goes by. Collected by observe.ts; made by hand in tests. */
export interface Observations {
  readonly unit: number
  /** Absent behind a socket. */
  readonly setting?: PortSetting
  /** Reads of one register, and of as many as the profile's longest read takes. */
  readonly short: Tally
  readonly long: Tally
  /** Why the port or socket does not open. */
  readonly refused?: string
  /** Bytes heard without being asked for, and how many of them are 00: what an inverted line is heard as. */
  readonly strayBytes: number
  readonly strayZeros: number
  /** Units that answer at the same setting, this one excepted, and how often their frames were corrupt. */
  readonly others: readonly { readonly unit: number; readonly tally: Tally }[]
  /** Settings at which this unit answered, where it does not at its own. */
  readonly elsewhere: readonly PortSetting[]
  /** Slowest answer, ms beside its time on the wire. */
  readonly slowestMs?: number
  readonly points: readonly PointTrial[]
}
