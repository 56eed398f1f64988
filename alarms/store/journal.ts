import type { Alarm, AlarmTransition, OnTransition } from '@civitals/contracts/alarm'
import type { StateTx } from '@civitals/storage/state'
import type { Finding } from '../engine/evaluation.ts'
import { subjectKey, transitionId } from '../engine/id.ts'
import { isActive } from '../engine/machine.ts'
import { type AlarmTable, type AlarmTables, alarmOf } from './tables.ts'

/**
 * Writes what was found in the order it was found, each step once: a transition whose id is there already is not written and
 * not handed on again. Returns those that are new.
 */
export async function writeFindings(
  tx: StateTx,
  findings: readonly Finding[],
  onTransition: OnTransition<StateTx>,
): Promise<readonly AlarmTransition[]> {
  const written: AlarmTransition[] = []
  for (const finding of findings) {
    const transition = await transitionOf(tx, finding)
    if (!transition || !(await writeTransition(tx, transition))) continue
    await onTransition(tx, transition)
    written.push(transition)
  }
  return written
}

async function transitionOf(tx: StateTx, finding: Finding): Promise<AlarmTransition | undefined> {
  const stored = await storedAlarm(tx, finding.alarm)
  if (finding.machine.lane === 'late') return lateTransition(tx, finding, stored)
  if (finding.cause === 'onset') return stored ? raisedAgain(stored, finding) : raised(finding)
  return stored && returned(stored, finding)
}

/** The stored occurrence and the number of its last step. */
interface Stored {
  readonly alarm: Alarm
  readonly step: number
}

/** The stored occurrence of an id. */
export async function storedAlarm(tx: StateTx, id: string): Promise<Stored | undefined> {
  const row = await tx
    .withTables<AlarmTables>()
    .selectFrom('alarm')
    .select(['document', 'step'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { alarm: alarmOf(row), step: row.step }
}

function raised(finding: Finding): AlarmTransition {
  const alarm = newAlarm(finding)
  return { id: transitionId(alarm.id, 1), alarm, from: 'normal', to: 'unacknowledged', cause: 'onset', at: finding.at }
}

function newAlarm({ machine, alarm, since, at, value }: Finding): Alarm {
  const { rule } = machine.compiled
  const { subject, unit, place, detail } = machine.watch
  return {
    id: alarm,
    rule: rule.id,
    ruleVersion: rule.version,
    name: rule.name,
    subject,
    ...place,
    state: machine.lane === 'late' ? 'returned' : 'unacknowledged',
    priority: rule.priority,
    onset: since,
    changedAt: at,
    value,
    limit: rule.condition.limit,
    direction: rule.condition.direction,
    unit,
    response: rule.response,
    ...(rule.matter === undefined ? {} : { matter: rule.matter }),
    late: machine.lane === 'late',
    ...(detail === undefined ? {} : { detail }),
  }
}

function raisedAgain({ alarm, step }: Stored, { at, value }: Finding): AlarmTransition {
  const { returnedAt: _, ...rest } = alarm
  const next: Alarm = { ...rest, state: 'unacknowledged', changedAt: at, value }
  return { id: transitionId(alarm.id, step + 1), alarm: next, from: alarm.state, to: next.state, cause: 'onset', at }
}

function returned({ alarm, step }: Stored, { since, at, value }: Finding): AlarmTransition {
  const state = alarm.state === 'acknowledged' ? 'normal' : 'returned'
  // A forecast that no longer holds has no minutes left to count.
  const left = Number.isFinite(value) ? value : null
  const next: Alarm = { ...alarm, state, returnedAt: since, changedAt: at, value: left }
  return { id: transitionId(alarm.id, step + 1), alarm: next, from: alarm.state, to: state, cause: 'return', at }
}

/**
 * A late excursion is over by the time it is known: it enters as returned and unacknowledged, so that somebody looks at it,
 * and its end is filled in silently when the readings that show it arrive. What an occurrence already covers is not news.
 */
async function lateTransition(
  tx: StateTx,
  finding: Finding,
  stored: Stored | undefined,
): Promise<AlarmTransition | undefined> {
  if (finding.cause === 'return') {
    // The excursion of a live occurrence has the same id; its end is not for the late lane to write.
    if (stored?.alarm.late) await saveAlarm(tx, { ...stored.alarm, returnedAt: finding.since }, stored.step)
    return undefined
  }
  if (stored || (await isCovered(tx, finding))) return undefined
  const alarm = newAlarm(finding)
  return { id: transitionId(alarm.id, 1), alarm, from: 'normal', to: 'returned', cause: 'onset', at: finding.at }
}

async function isCovered(tx: StateTx, { machine, since }: Finding): Promise<boolean> {
  const row = await tx
    .withTables<AlarmTables>()
    .selectFrom('alarm')
    .select('id')
    .where('rule', '=', machine.compiled.rule.id)
    .where('subject', '=', machine.watch.key)
    .where('onset', '<=', since)
    .where((where) => where.or([where('returned_at', 'is', null), where('returned_at', '>=', since)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether this very transition stands in the store; an acknowledgement may have taken the same number. */
export async function isWritten(tx: StateTx, transition: AlarmTransition | undefined): Promise<boolean> {
  if (!transition) return false
  const row = await tx
    .withTables<AlarmTables>()
    .selectFrom('alarm_transition')
    .select(['cause', 'at'])
    .where('id', '=', transition.id)
    .executeTakeFirst()
  return row !== undefined && row.cause === transition.cause && row.at === transition.at
}

/** Writes one transition and the alarm as it now is; false: it was there already. */
export async function writeTransition(tx: StateTx, transition: AlarmTransition): Promise<boolean> {
  const { id, alarm, from, to, cause, at, by } = transition
  const inserted = await tx
    .withTables<AlarmTables>()
    .insertInto('alarm_transition')
    .values({ id, alarm: alarm.id, from_state: from, to_state: to, cause, at, by_whom: by ?? null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!inserted) return false
  await saveAlarm(tx, alarm, Number(id.slice(id.lastIndexOf('-') + 1)))
  return true
}

async function saveAlarm(tx: StateTx, alarm: Alarm, step: number): Promise<void> {
  const row = rowOf(alarm, step)
  const { id: _, ...changes } = row
  await tx
    .withTables<AlarmTables>()
    .insertInto('alarm')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
    .execute()
}

function rowOf(alarm: Alarm, step: number): AlarmTable {
  const { subject } = alarm
  const key = subjectKey(subject)
  const live = alarm.state !== 'normal'
  return {
    id: alarm.id,
    rule: alarm.rule,
    subject: key,
    // A late occurrence is history: it never stands in the way of a live one.
    live_key: live && !alarm.late ? `${alarm.rule} ${key}` : null,
    live: live ? 1 : 0,
    state: alarm.state,
    onset: alarm.onset,
    returned_at: isActive(alarm.state) ? null : (alarm.returnedAt ?? alarm.onset),
    step,
    document: JSON.stringify(alarm),
  }
}
