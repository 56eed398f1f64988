import type { StateStore, StateTx } from '@civitals/storage/state'
import { type Machine, machineKey, type StoredMachine } from '../engine/watch.ts'
import type { AlarmRuleStateTable, AlarmTables } from './tables.ts'

/** Rows per statement: far below the parameters any engine allows. */
const rowsPerStatement = 100

/** Everything remembered of the machines, for the start. */
export async function loadRuleStates(state: StateStore): Promise<Map<string, StoredMachine>> {
  const rows = await state.db.withTables<AlarmTables>().selectFrom('alarm_rule_state').selectAll().execute()
  return new Map(rows.map((row) => [machineKey(row.rule, row.subject, row.lane), storedOf(row)]))
}

/** What the store holds of one machine now. */
export async function storedMachine(tx: StateTx, machine: Machine): Promise<StoredMachine | undefined> {
  const row = await tx
    .withTables<AlarmTables>()
    .selectFrom('alarm_rule_state')
    .selectAll()
    .where('rule', '=', machine.compiled.rule.id)
    .where('subject', '=', machine.watch.key)
    .where('lane', '=', machine.lane)
    .executeTakeFirst()
  return row && storedOf(row)
}

const storedOf = (row: AlarmRuleStateTable): StoredMachine => ({
  state: {
    state: row.state,
    alarm: row.alarm,
    pendingOnset: row.pending_onset,
    pendingReturn: row.pending_return,
  },
  revision: row.revision,
  evaluatedAt: row.evaluated_at,
})

/** Writes the drafts of the machines that changed, one row each. */
export async function saveRuleStates(tx: StateTx, machines: readonly Machine[]): Promise<void> {
  for (let from = 0; from < machines.length; from += rowsPerStatement) {
    const rows = machines.slice(from, from + rowsPerStatement).map(rowOf)
    await tx
      .withTables<AlarmTables>()
      .insertInto('alarm_rule_state')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['rule', 'subject', 'lane']).doUpdateSet((update) => ({
          state: update.ref('excluded.state'),
          alarm: update.ref('excluded.alarm'),
          pending_onset: update.ref('excluded.pending_onset'),
          pending_return: update.ref('excluded.pending_return'),
          evaluated_at: update.ref('excluded.evaluated_at'),
          revision: update.ref('excluded.revision'),
        })),
      )
      .execute()
  }
}

const rowOf = ({ compiled, watch, lane, draft, draftRevision }: Machine): AlarmRuleStateTable => ({
  rule: compiled.rule.id,
  subject: watch.key,
  lane,
  state: draft.state,
  alarm: draft.alarm,
  pending_onset: draft.pendingOnset,
  pending_return: draft.pendingReturn,
  evaluated_at: lane === 'late' ? watch.draftLateAt : watch.draftAt,
  revision: draftRevision,
})
