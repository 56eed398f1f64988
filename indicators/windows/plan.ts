import type { Definition } from '../definition.ts'
import type { SeriesNeeds } from './series-window.ts'

/** What must be kept, by terminal kind and point. */
export type WindowPlan = ReadonlyMap<string, ReadonlyMap<string, SeriesNeeds>>

/** Needs of a series that is judged and not scored. */
export const nothingKept: SeriesNeeds = {
  minutes: 0,
  minuteExtremes: false,
  hours: 0,
  fine: false,
  fineExtremes: false,
  energy: false,
  pass: undefined,
  week: false,
}

/** Longest window that is kept minute by minute; longer ones rest on whole hours. */
const longestMinutes = 240

/** Formulas that look at the least or greatest value of a minute, and those that do of five seconds. */
const extremesOf = {
  minutes: ['window-max', 'window-min', 'latest-max', 'latest-min', 'minutes-above'],
  fine: ['persisted-max', 'abnormal-covers'],
}

/** What one definition asks of the series it reads. */
function needsOf(definition: Definition): SeriesNeeds {
  const long = definition.windowMinutes > longestMinutes
  const fineExtremes = extremesOf.fine.includes(definition.formula)
  return {
    minutes: long ? 1 : definition.windowMinutes,
    minuteExtremes: extremesOf.minutes.includes(definition.formula),
    hours: long ? Math.ceil(definition.windowMinutes / 60) : 0,
    fine: definition.forecast !== undefined || fineExtremes,
    fineExtremes,
    energy: definition.spatial === 'energy-mean',
    pass: definition.parameters?.pass,
    week: definition.formula === 'pulse',
  }
}

const merged = (a: SeriesNeeds, b: SeriesNeeds): SeriesNeeds => ({
  minutes: Math.max(a.minutes, b.minutes),
  minuteExtremes: a.minuteExtremes || b.minuteExtremes,
  hours: Math.max(a.hours, b.hours),
  fine: a.fine || b.fine,
  fineExtremes: a.fineExtremes || b.fineExtremes,
  energy: a.energy || b.energy,
  pass: a.pass ?? b.pass,
  week: a.week || b.week,
})

/** The windows that serve all definitions: what two of them read is kept once. */
export function planWindows(definitions: readonly Definition[]): WindowPlan {
  const plan = new Map<string, Map<string, SeriesNeeds>>()
  for (const definition of definitions) {
    for (const { kind, points } of definition.inputs ?? []) {
      const ofKind = plan.get(kind) ?? new Map<string, SeriesNeeds>()
      plan.set(kind, ofKind)
      for (const point of points) ofKind.set(point, merged(ofKind.get(point) ?? nothingKept, needsOf(definition)))
    }
  }
  return plan
}
