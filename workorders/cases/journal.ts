import type { CaseStage } from '@civitals/contracts/case'
import type { EpochMs } from '@civitals/contracts/clock'
import type { StateTx } from '@civitals/storage/state'
import type { WorkorderTables } from '../store/tables.ts'

/** One line for a case's journal. */
export interface JournalLine {
  readonly at: EpochMs
  readonly stage: CaseStage
  readonly action: string
  readonly by: string
  readonly note?: string | undefined
  readonly order?: string
  /** Unique where given. */
  readonly source?: string
}

/** Appends lines to the journal of a case; returns the position of the last. */
export async function writeLines(tx: StateTx, caseId: string, lines: readonly JournalLine[]): Promise<number> {
  const tables = tx.withTables<WorkorderTables>()
  const { newest } = await tables
    .selectFrom('case_event')
    .select((column) => column.fn.max('position').as('newest'))
    .where('case_id', '=', caseId)
    .executeTakeFirstOrThrow()
  const last = Number(newest ?? 0)
  const rows = lines.map(({ at, stage, action, by, note, order, source }, index) => ({
    case_id: caseId,
    position: last + index + 1,
    order_id: order ?? null,
    at,
    stage,
    action,
    by_whom: by,
    note: note ?? null,
    source: source ?? null,
  }))
  await tables.insertInto('case_event').values(rows).execute()
  return last + lines.length
}

/** The log of one order, oldest first. */
export const orderLog = (tx: StateTx, orderId: string): Promise<{ action: string; at: number }[]> =>
  tx
    .withTables<WorkorderTables>()
    .selectFrom('case_event')
    .select(['action', 'at'])
    .where('order_id', '=', orderId)
    .orderBy('position')
    .execute()
