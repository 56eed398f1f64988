import type { Case, Order } from '@civitals/contracts/case'
import { sql } from 'kysely'
import type { MatterList } from '../matters/matter.ts'
import type { CaseEventTable, CaseReportTable, CaseTable, Db, OrderTable, WorkorderTables } from './tables.ts'

/** Which cases or orders are wanted: `open` true or false, absent: both. `limit` default 100, at most 1000. */
export interface WorkQuery {
  readonly open?: boolean
  readonly limit?: number
  readonly cursor?: string
}

/** One page, newest first; `next` is null on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** The limit of a page within its bounds. */
export const pageLimit = (limit: number | undefined): number => Math.min(Math.max(limit ?? 100, 1), 1000)

/** Cuts what was read with one row more than a page holds, and says where the next begins. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  item: (row: Row) => T,
): Page<T> {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { items: rows.slice(0, limit).map(item), next: last === undefined ? null : cursorOf(last) }
}

/** `time.id` of a cursor; undefined when it is not one: then the page starts from the newest. */
export function parseCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | undefined {
  const [, at, id] = /^(\d+)\.([A-Za-z0-9_-]*)$/.exec(cursor ?? '') ?? []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}

/** Reports and journal lines a case carries in lists, messages and events: the newest ones, so that a long storm stays small. */
const newestParts = 20

/** One page of cases with their orders and the newest of their reports and journals. */
export async function listCases(db: Db, matters: MatterList, query: WorkQuery): Promise<Page<Case>> {
  const limit = pageLimit(query.limit)
  const after = parseCursor(query.cursor)
  let select = db.withTables<WorkorderTables>().selectFrom('city_case').selectAll()
  if (query.open !== undefined) select = select.where('closed_at', query.open ? 'is' : 'is not', null)
  if (after) {
    select = select.where((where) =>
      where.or([
        where('opened_at', '<', after.at),
        where.and([where('opened_at', '=', after.at), where('id', '<', after.id)]),
      ]),
    )
  }
  const rows = await select
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const cases = await withParts(db, matters, rows, newestParts)
  return pageOf(
    cases,
    limit,
    (one) => `${one.openedAt}.${one.id}`,
    (one) => one,
  )
}

/** A case with everything that was reported and done; undefined when there is none of that id. */
export async function findCase(db: Db, matters: MatterList, id: string): Promise<Case | undefined> {
  return (await findCases(db, matters, [id], Number.MAX_SAFE_INTEGER))[0]
}

/** The cases of some ids with their newest parts, in no order; unknown ids are left out. */
export async function findCases(
  db: Db,
  matters: MatterList,
  ids: readonly string[],
  parts: number = newestParts,
): Promise<readonly Case[]> {
  if (ids.length === 0) return []
  const tables = db.withTables<WorkorderTables>()
  const rows = await tables.selectFrom('city_case').selectAll().where('id', 'in', ids).execute()
  return withParts(db, matters, rows, parts)
}

async function withParts(db: Db, matters: MatterList, rows: readonly CaseTable[], parts: number): Promise<Case[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const reports = Map.groupBy(await newestReports(db, ids, parts), (one) => one.case_id)
  const events = Map.groupBy(await newestEvents(db, ids, parts), (one) => one.case_id)
  const orders = Map.groupBy(await ordersOf(db, ids).execute(), (one) => one.case_id)
  return rows.map((row) => ({
    ...caseHead(row, matters),
    reports: (reports.get(row.id) ?? []).map(reportOf),
    orders: (orders.get(row.id) ?? []).map(({ id }) => id),
    events: (events.get(row.id) ?? []).map(eventOf),
  }))
}

/** When people reported something, oldest first. */
export async function reportTimes(db: Db, from: number): Promise<readonly number[]> {
  const rows = await db
    .withTables<WorkorderTables>()
    .selectFrom('case_report')
    .select('at')
    .where('source', '!=', 'alarm')
    .where('at', '>=', from)
    .orderBy('at')
    .execute()
  return rows.map(({ at }) => at)
}

const newestReports = (db: Db, ids: readonly string[], parts: number): Promise<CaseReportTable[]> =>
  db
    .withTables<WorkorderTables>()
    .selectFrom((from) =>
      from
        .selectFrom('case_report')
        .selectAll()
        .select(sql<number>`row_number() over (partition by case_id order by at desc, id desc)`.as('age'))
        .where('case_id', 'in', ids)
        .as('report'),
    )
    .selectAll()
    .where('age', '<=', parts)
    .orderBy('at')
    .orderBy('id')
    .execute()

const newestEvents = (db: Db, ids: readonly string[], parts: number): Promise<CaseEventTable[]> =>
  db
    .withTables<WorkorderTables>()
    .selectFrom((from) =>
      from
        .selectFrom('case_event')
        .selectAll()
        .select(sql<number>`row_number() over (partition by case_id order by position desc)`.as('age'))
        .where('case_id', 'in', ids)
        .as('event'),
    )
    .selectAll()
    .where('age', '<=', parts)
    .orderBy('position')
    .execute()

const ordersOf = (db: Db, ids: readonly string[]) =>
  db.withTables<WorkorderTables>().selectFrom('work_order').select(['id', 'case_id']).where('case_id', 'in', ids)

const caseHead = (row: CaseTable, matters: MatterList): Omit<Case, 'reports' | 'orders' | 'events'> => ({
  id: row.id,
  number: row.number,
  matter: row.matter,
  name: matters.matterOrOther(row.matter).name,
  area: row.area,
  ...(row.site === null ? {} : { site: row.site }),
  stage: row.stage,
  level: row.level,
  openedAt: row.opened_at,
  ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
})

const reportOf = (row: CaseReportTable): Case['reports'][number] => ({
  id: row.id,
  case: row.case_id,
  source: row.source,
  ...(row.alarm === null ? {} : { alarm: row.alarm }),
  at: row.at,
  text: row.text,
})

const eventOf = (row: CaseEventTable): Case['events'][number] => ({
  id: `${row.case_id}-${row.position}`,
  at: row.at,
  stage: row.stage,
  action: row.action,
  by: row.by_whom,
  ...(row.note === null ? {} : { note: row.note }),
})

type OrderRow = OrderTable & Pick<CaseTable, 'matter' | 'area' | 'site'>

const selectOrders = (db: Db) =>
  db
    .withTables<WorkorderTables>()
    .selectFrom('work_order')
    .innerJoin('city_case', 'city_case.id', 'work_order.case_id')
    .selectAll('work_order')
    .select(['city_case.matter', 'city_case.area', 'city_case.site'])

/** One page of orders, newest dispatch first. */
export async function listOrders(db: Db, matters: MatterList, query: WorkQuery): Promise<Page<Order>> {
  const limit = pageLimit(query.limit)
  const after = parseCursor(query.cursor)
  let select = selectOrders(db)
  if (query.open !== undefined) select = select.where('work_order.closed_at', query.open ? 'is' : 'is not', null)
  if (after) {
    select = select.where((where) =>
      where.or([
        where('dispatched_at', '<', after.at),
        where.and([where('dispatched_at', '=', after.at), where('work_order.id', '<', after.id)]),
      ]),
    )
  }
  const ordered = select.orderBy('dispatched_at', 'desc').orderBy('work_order.id', 'desc')
  const rows = await ordered.limit(limit + 1).execute()
  return pageOf(
    rows,
    limit,
    (row) => `${row.dispatched_at}.${row.id}`,
    (row) => orderOf(row, matters),
  )
}

/** The orders of some ids, in no order; unknown ids are left out. */
export async function findOrders(db: Db, matters: MatterList, ids: readonly string[]): Promise<readonly Order[]> {
  if (ids.length === 0) return []
  const rows = await selectOrders(db).where('work_order.id', 'in', ids).execute()
  return rows.map((row) => orderOf(row, matters))
}

function orderOf(row: OrderRow, matters: MatterList): Order {
  const matter = matters.matterOrOther(row.matter)
  return {
    id: row.id,
    number: row.number,
    case: row.case_id,
    matter: row.matter,
    name: matter.name,
    ...(row.site === null ? {} : { site: row.site }),
    area: row.area,
    department: matters.department(row.department).name,
    departmentId: row.department,
    state: row.state,
    stage: row.stage,
    level: row.level,
    dispatchedAt: row.dispatched_at,
    acceptBy: row.accept_by,
    dueAt: row.due_at,
    ...(row.handled_at === null ? {} : { handledAt: row.handled_at }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    closing: matter.closing,
  }
}
