import type { EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { StateTx } from '@civitals/storage/state'
import type { MatterList } from '../matters/matter.ts'
import type { CaseTable, OrderTable, WorkorderTables } from '../store/tables.ts'
import { clocksOf } from './clocks.ts'
import { orderLog, writeLines } from './journal.ts'
import { actionsFrom, allowed, isOrderAction, type OrderAction, orderActions } from './order-actions.ts'

/** What a person does with an order. */
export interface OrderStep {
  readonly order: string
  readonly action: string
  readonly by: string
  readonly note?: string | undefined
  readonly at: EpochMs
}

/** What a step led to. `line`: number of the journal line, which names the step for good. */
export interface StepTaken {
  readonly caseId: string
  readonly action: OrderAction
  readonly line: number
  readonly caseClosed: boolean
}

/** Takes one step with an order. Throws CIV_WORKORDERS_UNKNOWN_ORDER or CIV_WORKORDERS_ILLEGAL_ACTION. */
export async function takeStep(tx: StateTx, matters: MatterList, step: OrderStep): Promise<StepTaken> {
  const order = await orderRow(tx, step.order)
  const action = legalAction(order, step.action)
  const { to, stage } = orderActions[action]
  const line = await writeLines(tx, order.case_id, [{ ...step, stage, order: order.id }])
  const changes: Partial<OrderTable> = { state: to, stage }
  if (action === 'handle') changes.handled_at = step.at
  if (action === 'close') changes.closed_at = step.at
  if (action === 'rework') {
    const clocks = clocksOf(matters.matterOrOther(order.matter), await orderLog(tx, order.id))
    Object.assign(changes, { handled_at: null, due_at: clocks.dueAt })
  }
  await tx.withTables<WorkorderTables>().updateTable('work_order').set(changes).where('id', '=', order.id).execute()
  const caseClosed = await moveCase(tx, order.case_id, step, stage)
  return { caseId: order.case_id, action, line, caseClosed }
}

async function orderRow(tx: StateTx, id: string): Promise<OrderTable & { matter: string }> {
  const row = await tx
    .withTables<WorkorderTables>()
    .selectFrom('work_order')
    .innerJoin('city_case', 'city_case.id', 'work_order.case_id')
    .selectAll('work_order')
    .select('city_case.matter')
    .where('work_order.id', '=', id)
    .executeTakeFirst()
  if (row) return row
  throw new CivitalsError('CIV_WORKORDERS_UNKNOWN_ORDER', `there is no order ${id}`, { context: { order: id } })
}

function legalAction(order: OrderTable, action: string): OrderAction {
  if (isOrderAction(action) && allowed(action, order.state)) return action
  const open = actionsFrom(order.state)
  throw new CivitalsError(
    'CIV_WORKORDERS_ILLEGAL_ACTION',
    `order ${order.number} is ${order.state}: ${action} is not possible${open.length > 0 ? `, but ${open.join(' or ')}` : ''}`,
    { context: { order: order.id, state: order.state, action, possible: open } },
  )
}

/** A case is at the stage of its order, and closed when every one of its orders is. */
async function moveCase(tx: StateTx, caseId: string, step: OrderStep, stage: CaseTable['stage']): Promise<boolean> {
  const tables = tx.withTables<WorkorderTables>()
  const open = await tables
    .selectFrom('work_order')
    .select('id')
    .where('case_id', '=', caseId)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  const closed = open === undefined
  const changes = closed
    ? { stage: 'close' as const, closed_at: step.at }
    : { stage: stage === 'close' ? 'verify' : stage }
  await tables.updateTable('city_case').set(changes).where('id', '=', caseId).execute()
  return closed
}
