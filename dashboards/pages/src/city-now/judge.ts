import type { Alarm } from '@civitals/contracts/alarm'
import type { BodyResult, IndicatorResult, SystemResult } from '@civitals/contracts/body'
import type { Grade } from '../../../api/shapes.ts'

const order: Readonly<Record<Grade, number>> = { A: 0, N: 1, B: 2, C: 3, D: 4, E: 5 }

/** C, D and E: what a page draws in colour. */
export const isAbnormal = (grade: Grade): boolean => order[grade] >= order.C

/** The indicator of that id in a body. */
export function indicatorOf(body: BodyResult | undefined, id: string | undefined): IndicatorResult | undefined {
  if (!body || id === undefined) return undefined
  for (const system of body.systems) {
    const found = system.indicators.find((one) => one.id === id)
    if (found) return found
  }
  return undefined
}

/** The indicator a system's line shows: its worst, else the first with a value. */
export function leadOf(system: SystemResult): IndicatorResult | undefined {
  const worst = system.indicators.find((one) => one.id === system.worst)
  return worst ?? system.indicators.find((one) => one.valid && one.value !== null)
}

const urgency = (one: IndicatorResult): number => (one.score ?? 100) - (one.forecast ? 40 : 0)

/** The vital sign that is the matter: the lowest score among abnormal ones and those forecast to be; undefined when all are well. */
export function worstVital(body: BodyResult | undefined): IndicatorResult | undefined {
  const vital = (body?.systems ?? []).flatMap((system) => system.indicators.filter((one) => one.vital && one.valid))
  const matter = vital.filter((one) => isAbnormal(one.grade) || one.forecast !== undefined)
  return matter.sort((a, b) => urgency(a) - urgency(b))[0]
}

/** The system that stands at full strength: that of the worst vital sign, else the worst abnormal one. */
export function worstSystem(body: BodyResult | undefined): string | undefined {
  const vital = worstVital(body)
  if (vital) return vital.system
  const abnormal = (body?.systems ?? []).filter((system) => isAbnormal(system.grade))
  return abnormal.sort((a, b) => (a.score ?? 100) - (b.score ?? 100))[0]?.id
}

/** Alarms of an area, worst first: unacknowledged before acknowledged within a priority, then the newest. */
export function rankAlarms(alarms: readonly Alarm[], inArea: (area: string) => boolean): readonly Alarm[] {
  const open = (alarm: Alarm): number => (alarm.state === 'unacknowledged' ? 0 : alarm.state === 'returned' ? 2 : 1)
  return alarms
    .filter((alarm) => inArea(alarm.area))
    .sort((a, b) => a.priority - b.priority || open(a) - open(b) || b.onset - a.onset)
}

/** The series an indicator is best followed by: its worst site, else its first input. */
export function seriesOfIndicator(one: IndicatorResult | undefined): string | undefined {
  if (one?.worst) return `${one.worst.terminal}/${one.worst.point}`
  return one?.inputs[0]
}
