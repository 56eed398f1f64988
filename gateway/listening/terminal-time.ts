import type { EpochMs } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import type { TerminalReport } from '@civitals/firmware-bridge/frames/session'

/** Clocks of terminals run ahead by so much at most before they are wrong. */
const mostAheadMs = 10 * 60_000
/** Data of a day carry its beginning and come after its end; what is older and not called history has a wrong clock. */
const oldestMs = 3 * 86_400_000
const oldestHistoryMs = 366 * 86_400_000

/** When the values of a report were so. `doubtful`: nobody knows, the arrival must do. */
export interface JudgedTime {
  readonly at: EpochMs
  readonly doubtful: boolean
}

/**
 * The terminal's time where it can be true, else the arrival. While the clock of this machine is not known to be right it cannot judge the terminal's:
 * arrival counts, which a later fix of the clock makes right.
 */
export function timeOf(
  { at, history = false }: Pick<TerminalReport, 'at' | 'history'>,
  arrivedAt: EpochMs,
  clock: ClockState,
): JudgedTime {
  if (at === undefined || clock === 'unsynced') return { at: arrivedAt, doubtful: history }
  const ageMs = arrivedAt - at
  const plausible = ageMs >= -mostAheadMs && ageMs <= (history ? oldestHistoryMs : oldestMs)
  return plausible ? { at, doubtful: false } : { at: arrivedAt, doubtful: true }
}
