import type { EpochMs } from '@civitals/contracts/clock'
import type { StateTx } from '@civitals/storage/state'
import { derivedId } from '../cases/ids.ts'
import { takeNumbers } from '../store/numbers.ts'
import type { WorkorderTables } from '../store/tables.ts'
import { cloudEvent, type OutboxEvent, passes } from './event.ts'

/** Who is told what. */
export interface Target {
  readonly id: string
  readonly types: readonly string[]
}

/** Where and when a message is written. `source`: CloudEvents source of this city. */
export interface OutboxDesk {
  readonly targets: readonly Target[]
  readonly source: string
  readonly now: EpochMs
}

/**
 * Writes messages and one delivery per endpoint that wants them, in the caller's transaction: told if and only if it happened.
 * What nobody wants is not kept. Returns the endpoints that have something to do.
 */
export async function writeOutbox(
  tx: StateTx,
  desk: OutboxDesk,
  events: readonly OutboxEvent[],
): Promise<readonly string[]> {
  const wanted = events.map((event) => ({
    event,
    targets: desk.targets.filter(({ types }) => passes(types, event.type)),
  }))
  const touched = new Set<string>()
  for (const { event, targets } of wanted.filter(({ targets }) => targets.length > 0)) {
    if (!(await writeMessage(tx, desk, event))) continue
    await writeDeliveries(tx, desk, messageId(event), targets)
    for (const { id } of targets) touched.add(id)
  }
  return [...touched]
}

const messageId = (event: OutboxEvent): string => derivedId('evt', event.type, event.key)

async function writeMessage(tx: StateTx, desk: OutboxDesk, event: OutboxEvent): Promise<boolean> {
  const id = messageId(event)
  const { type, subject } = event
  const inserted = await tx
    .withTables<WorkorderTables>()
    .insertInto('webhook_message')
    .values({ id, type, subject, body: cloudEvent(id, desk.source, event, await event.data()), created_at: desk.now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

async function writeDeliveries(
  tx: StateTx,
  desk: OutboxDesk,
  message: string,
  targets: readonly Target[],
): Promise<void> {
  const first = await takeNumbers(tx, 'webhook', targets.length)
  const rows = targets.map(({ id: endpoint }, index) => ({
    id: derivedId('msg', message, endpoint),
    message,
    endpoint,
    position: first + index,
    state: 'waiting' as const,
    attempts: 0,
    tries: 0,
    created_at: desk.now,
    next_attempt_at: desk.now,
    delivered_at: null,
    last_status: null,
    last_error: null,
  }))
  await tx.withTables<WorkorderTables>().insertInto('webhook_delivery').values(rows).execute()
}
