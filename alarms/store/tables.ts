import type { Alarm, AlarmState, AlarmTransition } from '@civitals/contracts/alarm'
import type { Lane } from '../engine/watch.ts'

/** One occurrence; the document is the `Alarm`, the columns are what is searched. */
export interface AlarmTable {
  id: string
  rule: string
  subject: string
  live_key: string | null
  live: number
  state: AlarmState
  onset: number
  returned_at: number | null
  step: number
  document: string
}

export interface AlarmTransitionTable {
  id: string
  alarm: string
  from_state: AlarmState
  to_state: AlarmState
  cause: AlarmTransition['cause']
  at: number
  by_whom: string | null
}

export interface AlarmRuleStateTable {
  rule: string
  subject: string
  lane: Lane
  state: AlarmState
  alarm: string
  pending_onset: number
  pending_return: number
  evaluated_at: number
  revision: number
}

/** How far the series of one gateway were judged: JSON of newest event times by subject, live and late lane. */
export interface AlarmSeenTable {
  gateway: string
  times: string
}

/** Tables of this workspace. A type, because Kysely wants an index signature. */
export type AlarmTables = {
  alarm: AlarmTable
  alarm_transition: AlarmTransitionTable
  alarm_rule_state: AlarmRuleStateTable
  alarm_seen: AlarmSeenTable
}

export const alarmOf = (row: Pick<AlarmTable, 'document'>): Alarm => JSON.parse(row.document) as Alarm
