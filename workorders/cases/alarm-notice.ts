import type { Alarm, AlarmTransition } from '@civitals/contracts/alarm'
import { isUnitId, units } from '@civitals/contracts/units'
import type { Notice } from './filing.ts'
import { derivedId } from './ids.ts'

/** The report an onset files, or undefined: other transitions, and alarms without a matter, file none. */
export function noticeOf(transition: AlarmTransition): Notice | undefined {
  const { alarm } = transition
  if (transition.cause !== 'onset' || alarm.matter === undefined) return undefined
  return {
    id: derivedId('rep', 'alarm', transition.id),
    source: 'alarm',
    alarm: alarm.id,
    matter: alarm.matter,
    area: alarm.area,
    site: alarm.site,
    level: alarm.priority,
    text: `${subjectOf(alarm)} ${measured(alarm, alarm.value)} ${alarm.direction === 'high' ? '>' : '<'} ${measured(alarm, alarm.limit)}`,
    at: transition.at,
    by: 'alarms',
  }
}

/** What a return says in the journal: language-neutral, like the report. */
export const evidenceOf = ({ alarm }: AlarmTransition): string => `${subjectOf(alarm)} ${measured(alarm, alarm.value)}`

function subjectOf({ subject }: Alarm): string {
  switch (subject.kind) {
    case 'series':
      return `${subject.terminal}/${subject.point}`
    case 'approach':
      return `${subject.terminal}/${subject.point} -> ${subject.reaches}`
    case 'anomaly':
      return `${subject.terminal}/${subject.point} ${subject.anomaly}`
    case 'indicator':
      return subject.indicator
    case 'gateway':
      return subject.gateway
  }
}

function measured({ unit }: Alarm, value: number | null): string {
  const symbol = isUnitId(unit) ? units[unit].symbol : unit
  return `${value ?? '-'} ${symbol}`.trim()
}
