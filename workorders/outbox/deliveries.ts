import type { Delivery } from '@civitals/contracts/case'
import type { StateStore } from '@civitals/storage/state'
import { type Page, pageLimit, pageOf, parseCursor } from '../store/read.ts'
import type { Db, DeliveryTable, MessageTable, WorkorderTables } from '../store/tables.ts'

/** Which deliveries are wanted. `limit` default 100, at most 1000. */
export interface DeliveryQuery {
  readonly state?: Delivery['state']
  readonly limit?: number
  readonly cursor?: string
}

/** One page of deliveries, newest first. */
export async function listDeliveries(db: Db, query: DeliveryQuery): Promise<Page<Delivery>> {
  const limit = pageLimit(query.limit)
  const before = parseCursor(query.cursor)
  let select = db
    .withTables<WorkorderTables>()
    .selectFrom('webhook_delivery')
    .innerJoin('webhook_message', 'webhook_message.id', 'webhook_delivery.message')
    .selectAll('webhook_delivery')
    .select(['webhook_message.type', 'webhook_message.subject'])
  if (query.state) select = select.where('state', '=', query.state)
  if (before) select = select.where('position', '<', before.at)
  const rows = await select
    .orderBy('position', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => `${row.position}.`, deliveryOf)
}

const deliveryOf = (row: DeliveryTable & Pick<MessageTable, 'type' | 'subject'>): Delivery => ({
  id: row.id,
  endpoint: row.endpoint,
  type: row.type,
  subject: row.subject,
  state: row.state,
  attempts: row.attempts,
  createdAt: row.created_at,
  ...(row.next_attempt_at === null ? {} : { nextAttemptAt: row.next_attempt_at }),
  ...(row.delivered_at === null ? {} : { deliveredAt: row.delivered_at }),
  ...(row.last_status === null ? {} : { lastStatus: row.last_status }),
  ...(row.last_error === null ? {} : { lastError: row.last_error }),
})

/** A delivery that is to be tried now. */
export interface DueDelivery {
  readonly id: string
  readonly tries: number
  readonly body: string
}

/** What is due for an endpoint, in the order it was told. */
export async function dueDeliveries(
  db: Db,
  endpoint: string,
  now: number,
  limit: number,
): Promise<readonly DueDelivery[]> {
  return db
    .withTables<WorkorderTables>()
    .selectFrom('webhook_delivery')
    .innerJoin('webhook_message', 'webhook_message.id', 'webhook_delivery.message')
    .select(['webhook_delivery.id', 'webhook_delivery.tries', 'webhook_message.body'])
    .where('endpoint', '=', endpoint)
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '<=', now)
    .orderBy('position')
    .limit(limit)
    .execute()
}

/** When the next delivery of an endpoint is due, or undefined when none waits. */
export async function nextDueAt(db: Db, endpoint: string): Promise<number | undefined> {
  const row = await db
    .withTables<WorkorderTables>()
    .selectFrom('webhook_delivery')
    .select((column) => column.fn.min('next_attempt_at').as('at'))
    .where('endpoint', '=', endpoint)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
}

/** What one attempt came to. `retryAt` absent and not delivered: failed for good. */
export interface AttemptRecord {
  readonly id: string
  readonly at: number
  readonly delivered: boolean
  readonly retryAt?: number
  readonly status?: number
  readonly error?: string
}

/** Writes the outcomes of attempts; `gone`: the endpoint is disabled and what waits for it failed. */
export async function recordAttempts(
  state: StateStore,
  records: readonly AttemptRecord[],
  gone?: { readonly endpoint: string; readonly at: number; readonly reason: string },
): Promise<void> {
  await state.transaction(async (tx) => {
    const tables = tx.withTables<WorkorderTables>()
    for (const record of records) await recordAttempt(tx, record)
    if (!gone) return
    const disabled = { disabled_at: gone.at, disabled_reason: gone.reason }
    await tables.updateTable('webhook_endpoint').set(disabled).where('id', '=', gone.endpoint).execute()
    await tables
      .updateTable('webhook_delivery')
      .set({ state: 'failed', next_attempt_at: null, last_error: gone.reason })
      .where('endpoint', '=', gone.endpoint)
      .where('state', '=', 'waiting')
      .execute()
  })
}

async function recordAttempt(db: Db, record: AttemptRecord): Promise<void> {
  const waiting = !record.delivered && record.retryAt !== undefined
  await db
    .withTables<WorkorderTables>()
    .updateTable('webhook_delivery')
    .set((column) => ({
      state: record.delivered ? 'delivered' : waiting ? 'waiting' : 'failed',
      attempts: column('attempts', '+', 1),
      tries: column('tries', '+', 1),
      next_attempt_at: waiting ? (record.retryAt ?? null) : null,
      delivered_at: record.delivered ? record.at : null,
      last_status: record.status ?? null,
      last_error: record.error ?? null,
    }))
    .where('id', '=', record.id)
    .execute()
}

/** Puts a delivery back in line for a new round under its old id; its endpoint, or undefined when there is none of that id. */
export async function requeue(state: StateStore, id: string, now: number): Promise<string | undefined> {
  return state.transaction(async (tx) => {
    const row = await tx
      .withTables<WorkorderTables>()
      .updateTable('webhook_delivery')
      .set({ state: 'waiting', tries: 0, next_attempt_at: now })
      .where('id', '=', id)
      .returning('endpoint')
      .executeTakeFirst()
    return row?.endpoint
  })
}
