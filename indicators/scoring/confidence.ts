import type { Evidence, MeasureContext } from '../measures/evidence.ts'

const minuteMs = 60_000

/**
 * How far a value may be trusted, 0..1: usable share of its inputs x share of their readings that passed quality control (`passed`)
 * x how fresh the newest is [reference 5.2 rule 1; platform convention].
 */
export const confidenceOf = (evidence: Evidence, context: MeasureContext, passed: number): number =>
  evidence.coverage * passed * freshness(evidence, context)

/** Of what the terminals of the indicator delivered in this hour and the one before; 1 where it reads none. */
export function passedShare({ sites, now }: MeasureContext): number {
  let [received, good] = [0, 0]
  for (const { watch } of sites) {
    const part = watch?.delivered(now - 60 * minuteMs, now)
    received += part?.received ?? 0
    good += part?.good ?? 0
  }
  return received === 0 ? 1 : good / received
}

/** 1 within the window, halved with every further window that passed since the newest reading. */
function freshness({ at }: Evidence, { now, definition }: MeasureContext): number {
  if (at === null) return 1
  const windowMs = definition.windowMinutes * minuteMs
  return 0.5 ** (Math.max(0, now - at - windowMs) / windowMs)
}
