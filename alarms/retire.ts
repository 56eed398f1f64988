import type { Alarm, AlarmTransition, OnTransition } from '@civitals/contracts/alarm'
import type { EpochMs } from '@civitals/contracts/clock'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { transitionId } from './engine/id.ts'
import type { Rule } from './rules/rule.ts'
import { writeTransition } from './store/journal.ts'
import { type AlarmTables, alarmOf } from './store/tables.ts'

/** What ends alarms whose rule is gone. */
export interface RetireRequest {
  readonly state: StateStore
  readonly rules: readonly Rule[]
  readonly at: EpochMs
  readonly onTransition: OnTransition<StateTx>
}

/**
 * Ends the live alarms of rules that no longer exist: nothing would ever return them to normal. They leave by a reset, which
 * the journal keeps; their cases stay open, since what was reported is still to be looked after.
 */
export async function retireAlarms({ state, rules, at, onTransition }: RetireRequest): Promise<void> {
  const known = new Set(rules.map(({ id }) => id))
  const live = await state.db
    .withTables<AlarmTables>()
    .selectFrom('alarm')
    .select(['rule', 'step', 'document'])
    .where('live', '=', 1)
    .execute()
  const orphans = live.filter(({ rule }) => !known.has(rule))
  if (orphans.length === 0) return
  await state.transaction(async (tx) => {
    for (const orphan of orphans) {
      const transition = resetOf(alarmOf(orphan), orphan.step + 1, at)
      if (await writeTransition(tx, transition)) await onTransition(tx, transition)
    }
    const gone = [...new Set(orphans.map(({ rule }) => rule))]
    await tx.withTables<AlarmTables>().deleteFrom('alarm_rule_state').where('rule', 'in', gone).execute()
  })
}

function resetOf(alarm: Alarm, step: number, at: EpochMs): AlarmTransition {
  const next: Alarm = { ...alarm, state: 'normal', returnedAt: alarm.returnedAt ?? at, changedAt: at }
  return { id: transitionId(alarm.id, step), alarm: next, from: alarm.state, to: 'normal', cause: 'reset', at }
}
