// What was said, held against what was done.
import type { SignalFault, SignalFaultKind } from '../../../simulator/signal-faults/fault.ts'
import type { Said } from './pipeline.ts'

const hourMs = 3_600_000

/** What counts as finding a fault, by name: an offset that is only noticed by its first step is not found. */
export const namedBy: Readonly<Record<SignalFaultKind, readonly Said['kind'][]>> = {
  spike: ['spike', 'rate', 'range'],
  stuck: ['stuck', 'flat'],
  drift: ['drift', 'level', 'range'],
  offset: ['level', 'drift', 'range'],
  noise: ['noise', 'rate', 'spike'],
  gap: ['gap'],
  units: ['range', 'level', 'drift', 'spike', 'rate', 'noise', 'stuck'],
  clock: ['time', 'gap'],
}

/** How long after a fault it may still be spoken of. */
const graceMs = 12 * hourMs
/** Things said so close together are one alarm. */
const mergeMs = 6 * hourMs

export interface Alarm {
  readonly from: number
  readonly to: number
  readonly kinds: readonly Said['kind'][]
}

/** One alarm of what follows closely, whatever it is called. */
export function alarmsOf(said: readonly Said[]): Alarm[] {
  const alarms: { from: number; to: number; kinds: Said['kind'][] }[] = []
  for (const { kind, from, to } of said.toSorted((a, b) => a.from - b.from)) {
    const last = alarms.at(-1)
    if (last && from - last.to <= mergeMs) {
      last.to = Math.max(last.to, to)
      if (!last.kinds.includes(kind)) last.kinds.push(kind)
    } else alarms.push({ from, to, kinds: [kind] })
  }
  return alarms
}

/** Times at which a fault may show: a clock that is wrong puts its readings elsewhere. */
function shows({ kind, from, to, size }: SignalFault, at: Pick<Said, 'from' | 'to'>, everyMs: number): boolean {
  const [low, high] = kind === 'clock' ? [from + Math.min(0, size), to + Math.max(0, size)] : [from, to]
  return at.to >= low - everyMs && at.from <= high + graceMs
}

/** Whether something said within the fault's time names it; no later than the fault itself lasts, but for what is said at its end. */
export const isFound = (fault: SignalFault, said: readonly Said[], everyMs: number): boolean =>
  said.some(
    (one) => namedBy[fault.kind].includes(one.kind) && one.to >= fault.from - everyMs && one.from <= fault.to + everyMs,
  )

export const isTrue = (alarm: Alarm, faults: readonly SignalFault[], everyMs: number): boolean =>
  faults.some((fault) => shows(fault, alarm, everyMs))
