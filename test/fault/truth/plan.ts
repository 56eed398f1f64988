// What the feeder is told, and the values its terminals show: both sides of the comparison work them out from the number alone.

/** Lines the feeder takes on its standard input: `clock MS` sets its box's clock off by so much, `clock lost` back to 1970. */
export const clockLine = (to: number | 'lost'): string => `clock ${to}\n`

export interface FeederPlan {
  readonly gateway: string
  readonly terminals: readonly string[]
  /** Wall time from which each terminal stands deep under water. */
  readonly highFrom: readonly number[]
  readonly spool: string
  readonly budgetBytes: number
  readonly compress: boolean
  readonly port: number
  readonly passwordFile: string
  readonly log: string
  readonly everyMs: number
  readonly qos: 0 | 1
  /** False: only what the spool holds is sent, until nothing waits. */
  readonly makes: boolean
}

/** Limit of the rule road-depth-critical, cm (alarms/rules/water.yaml). */
export const criticalDepth = 27

/** Depth in cm, of one decimal as the profile keeps it. */
export const depthOf = (number: number, now: number, highFrom: number): number =>
  now >= highFrom ? 30 + (number % 50) / 10 : (number % 30) / 10

/** Battery in V, of two decimals. */
export const batteryOf = (number: number): number => 12 + (number % 200) / 100
