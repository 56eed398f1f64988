import type { Alarm, AlarmTransition, OnTransition } from '@civitals/contracts/alarm'
import { CivitalsError } from '@civitals/contracts/errors'
import type { StateTx } from '@civitals/storage/state'
import { subjectKey, transitionId } from './engine/id.ts'
import { acknowledged, type MachineState, restingState } from './engine/machine.ts'
import { machineKey, type StoredMachine } from './engine/watch.ts'
import { storedAlarm, writeTransition } from './store/journal.ts'
import type { AlarmTables } from './store/tables.ts'

/** What an acknowledgement did: nothing when the alarm was acknowledged or normal before. */
export interface Acknowledgement {
  readonly alarm: Alarm
  readonly transition?: AlarmTransition
  readonly machine?: { readonly key: string; readonly stored: StoredMachine }
}

/** Who acknowledges which alarm, and when. */
export interface AcknowledgeRequest {
  readonly id: string
  readonly by: string
  readonly at: number
}

/** Acknowledges one alarm in a state transaction. Throws CIV_ALARMS_UNKNOWN_ALARM when there is none of that id. */
export async function writeAcknowledgement(
  tx: StateTx,
  { id, by, at }: AcknowledgeRequest,
  onTransition: OnTransition<StateTx>,
): Promise<Acknowledgement> {
  const stored = await storedAlarm(tx, id)
  if (!stored) throw new CivitalsError('CIV_ALARMS_UNKNOWN_ALARM', `there is no alarm ${id}`, { context: { id } })
  const { alarm, step } = stored
  const to = acknowledged(alarm.state)
  if (!to) return { alarm }
  const next: Alarm = { ...alarm, state: to, acknowledgedAt: at, acknowledgedBy: by, changedAt: at }
  const transition = {
    id: transitionId(id, step + 1),
    alarm: next,
    from: alarm.state,
    to,
    cause: 'acknowledge',
    at,
    by,
  } as const
  await writeTransition(tx, transition)
  const machine = alarm.late ? undefined : await moveMachine(tx, next)
  await onTransition(tx, transition)
  return { alarm: next, transition, ...(machine ? { machine } : {}) }
}

async function moveMachine(tx: StateTx, alarm: Alarm): Promise<Acknowledgement['machine']> {
  const subject = subjectKey(alarm.subject)
  const tables = tx.withTables<AlarmTables>()
  const row = await tables
    .selectFrom('alarm_rule_state')
    .selectAll()
    .where('rule', '=', alarm.rule)
    .where('subject', '=', subject)
    .where('lane', '=', 'live')
    .executeTakeFirst()
  if (!row || row.alarm !== alarm.id) return undefined
  const pending = { pendingOnset: row.pending_onset, pendingReturn: row.pending_return }
  const state: MachineState =
    alarm.state === 'normal' ? { ...restingState, ...pending } : { state: alarm.state, alarm: alarm.id, ...pending }
  const revision = row.revision + 1
  await tables
    .updateTable('alarm_rule_state')
    .set({ state: state.state, alarm: state.alarm, revision })
    .where('rule', '=', alarm.rule)
    .where('subject', '=', subject)
    .where('lane', '=', 'live')
    .execute()
  return { key: machineKey(alarm.rule, subject, 'live'), stored: { state, revision, evaluatedAt: row.evaluated_at } }
}
