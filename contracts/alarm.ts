import { type Static, Type } from 'typebox'
import { levelAnomalies } from './anomaly.ts'
import { NameSchema } from './registry.ts'
import { Time } from './time.ts'

/** States of the alarm life cycle by their ISA-18.2 names; suppression is kept as flags beside the state [ISA-18.2 5.2]. */
export const alarmStates = {
  normal: { letter: 'A', active: false, acknowledged: true, zh: '正常', en: 'normal' },
  unacknowledged: { letter: 'B', active: true, acknowledged: false, zh: '未确认', en: 'unacknowledged' },
  acknowledged: { letter: 'C', active: true, acknowledged: true, zh: '已确认', en: 'acknowledged' },
  returned: { letter: 'D', active: false, acknowledged: false, zh: '已恢复未确认', en: 'returned, unacknowledged' },
} as const
export type AlarmState = keyof typeof alarmStates

export const AlarmStateSchema = Type.Enum(Object.keys(alarmStates) as AlarmState[])

/** 1 critical, 2 high, 3 medium, 4 low. */
export const PrioritySchema = Type.Integer({ minimum: 1, maximum: 4 })

/** What an alarm is about. */
export const AlarmSubjectSchema = Type.Union([
  Type.Object({ kind: Type.Literal('series'), terminal: Type.String(), point: Type.String() }),
  Type.Object({
    kind: Type.Literal('approach'),
    terminal: Type.String(),
    point: Type.String(),
    reaches: Type.Number({ description: 'Value the series is forecast to reach; the alarm counts the minutes to it.' }),
  }),
  Type.Object({ kind: Type.Literal('indicator'), indicator: Type.String(), area: Type.String() }),
  Type.Object({
    kind: Type.Literal('anomaly'),
    terminal: Type.String(),
    point: Type.String(),
    anomaly: Type.Enum([...levelAnomalies], {
      description: 'How the series is off; the alarm counts the hours of it.',
    }),
  }),
  Type.Object({ kind: Type.Literal('gateway'), gateway: Type.String(), fact: Type.String() }),
])
export type AlarmSubject = Static<typeof AlarmSubjectSchema>

/** One occurrence of an alarm: from onset until it is normal again. */
export const AlarmSchema = Type.Object({
  id: Type.String({ description: 'Deterministic: rule, subject and onset give the same id on every machine.' }),
  rule: Type.String(),
  ruleVersion: Type.String(),
  name: NameSchema,
  subject: AlarmSubjectSchema,
  site: Type.Optional(Type.String()),
  area: Type.String(),
  state: AlarmStateSchema,
  priority: PrioritySchema,
  onset: Time,
  returnedAt: Type.Optional(Time),
  acknowledgedAt: Type.Optional(Time),
  acknowledgedBy: Type.Optional(Type.String()),
  changedAt: Time,
  value: Type.Union([Type.Number(), Type.Null()], { description: 'Newest value of the subject.' }),
  limit: Type.Number(),
  direction: Type.Union([Type.Literal('high'), Type.Literal('low')]),
  unit: Type.String(),
  response: NameSchema,
  matter: Type.Optional(Type.String({ description: 'Row of the matter list a report is filed under.' })),
  late: Type.Boolean(),
  detail: Type.Optional(
    Type.String({ description: 'What was known at the onset beside the value: addresses, versions.' }),
  ),
})
export type Alarm = Static<typeof AlarmSchema>

/** One step of an alarm's life, as written in the state transaction. */
export interface AlarmTransition {
  /** Unique: alarm id and number of the step. */
  readonly id: string
  readonly alarm: Alarm
  readonly from: AlarmState
  readonly to: AlarmState
  readonly cause: 'onset' | 'return' | 'acknowledge' | 'reset'
  /** Event time of what caused the step. */
  readonly at: number
  readonly by?: string
}

/**
 * Called inside the state transaction of every transition; what it writes stands or falls with the transition. `workorders`
 * supplies it, `alarms` calls it, `cli` connects them.
 */
export type OnTransition<Tx> = (tx: Tx, transition: AlarmTransition) => Promise<void>
