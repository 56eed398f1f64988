import type { Case } from '@civitals/contracts/case'
import type { EpochMs } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { RegistryView } from '@civitals/contracts/registry'
import type { StateTx } from '@civitals/storage/state'
import { localDate } from '../calendar/deadline.ts'
import type { Matter, MatterList } from '../matters/matter.ts'
import { takeDailyNumber } from '../store/numbers.ts'
import type { CaseTable, WorkorderTables } from '../store/tables.ts'
import { clocksOf } from './clocks.ts'
import { distanceM } from './distance.ts'
import { derivedId } from './ids.ts'
import { writeLines } from './journal.ts'

/** A report on its way to a case. `id` follows from its source, so that filing it again finds it. */
export interface Notice {
  readonly id: string
  readonly source: Case['reports'][number]['source']
  readonly alarm?: string
  readonly matter: string
  readonly area: string
  readonly site?: string | undefined
  /** Raises the case to this level when it is more urgent than the matter's own. */
  readonly level?: number
  readonly text: string
  readonly at: EpochMs
  readonly by: string
}

/** Where a report ended up. `known`: it had been filed before and nothing was written. */
export interface Filed {
  readonly kind: 'opened' | 'joined' | 'known'
  readonly caseId: string
  readonly orderId?: string
}

/** What filing needs to know. */
export interface FilingDesk {
  readonly matters: MatterList
  readonly registry: RegistryView
  readonly now: EpochMs
}

/** Files a report: it joins the open case of its matter at its place, or opens one with one order, dispatched at once. */
export async function fileNotice(tx: StateTx, desk: FilingDesk, notice: Notice): Promise<Filed> {
  const tables = tx.withTables<WorkorderTables>()
  const known = await tables.selectFrom('case_report').select('case_id').where('id', '=', notice.id).executeTakeFirst()
  if (known) return { kind: 'known', caseId: known.case_id }
  const matter = desk.matters.matterOrOther(notice.matter)
  const open = await openCaseFor(tx, desk.registry, matter, notice)
  return open ? join(tx, desk, open, notice) : openCase(tx, desk, matter, notice)
}

/** The newest open case of the same matter at the same site, or within the merge radius, whose last report is within the window. */
async function openCaseFor(
  tx: StateTx,
  registry: RegistryView,
  matter: Matter,
  notice: Notice,
): Promise<CaseTable | undefined> {
  const rows = await tx
    .withTables<WorkorderTables>()
    .selectFrom('city_case')
    .selectAll()
    .where('matter', '=', matter.code)
    .where('closed_at', 'is', null)
    .where('last_report_at', '>=', notice.at - durationMs(matter.merge.window))
    .orderBy('opened_at', 'desc')
    .execute()
  return rows.find((row) => samePlace(registry, matter.merge.radiusM, row, notice))
}

function samePlace(registry: RegistryView, radiusM: number, row: CaseTable, notice: Notice): boolean {
  if (row.site === null || notice.site === undefined)
    return row.site === (notice.site ?? null) && row.area === notice.area
  if (row.site === notice.site) return true
  const [here, there] = [registry.site(row.site), registry.site(notice.site)]
  return here !== undefined && there !== undefined && distanceM(here.position, there.position) <= radiusM
}

async function join(tx: StateTx, desk: FilingDesk, open: CaseTable, notice: Notice): Promise<Filed> {
  const tables = tx.withTables<WorkorderTables>()
  const level = Math.min(open.level, notice.level ?? open.level)
  const last = Math.max(open.last_report_at, notice.at)
  await tables.updateTable('city_case').set({ level, last_report_at: last }).where('id', '=', open.id).execute()
  if (level < open.level) await tables.updateTable('work_order').set({ level }).where('case_id', '=', open.id).execute()
  await writeReport(tx, open.id, notice)
  await writeLines(tx, open.id, [{ at: desk.now, stage: open.stage, action: 'join', by: notice.by, note: notice.text }])
  return { kind: 'joined', caseId: open.id }
}

async function openCase(tx: StateTx, desk: FilingDesk, matter: Matter, notice: Notice): Promise<Filed> {
  const { now } = desk
  const caseId = derivedId('case', notice.id)
  const orderId = derivedId('order', notice.id, matter.department)
  const level = Math.min(matter.level, notice.level ?? matter.level)
  const tables = tx.withTables<WorkorderTables>()
  const date = localDate(now)
  await tables
    .insertInto('city_case')
    .values({
      id: caseId,
      number: await takeDailyNumber(tx, 'C', date),
      matter: matter.code,
      area: notice.area,
      site: notice.site ?? null,
      stage: 'dispatch',
      level,
      opened_at: now,
      closed_at: null,
      last_report_at: notice.at,
    })
    .execute()
  await writeReport(tx, caseId, notice)
  const clocks = clocksOf(matter, [{ action: 'dispatch', at: now }])
  await tables
    .insertInto('work_order')
    .values({
      id: orderId,
      number: await takeDailyNumber(tx, 'W', date),
      case_id: caseId,
      department: matter.department,
      state: 'dispatched',
      stage: 'dispatch',
      level,
      dispatched_at: now,
      accept_by: clocks.acceptBy,
      due_at: clocks.dueAt,
      handled_at: null,
      closed_at: null,
    })
    .execute()
  await writeLines(tx, caseId, [
    { at: notice.at, stage: 'collect', action: 'report', by: notice.by, note: notice.text },
    { at: now, stage: 'file', action: 'file', by: 'matter list' },
    { at: now, stage: 'dispatch', action: 'dispatch', by: 'matter list', note: matter.department, order: orderId },
  ])
  return { kind: 'opened', caseId, orderId }
}

async function writeReport(tx: StateTx, caseId: string, notice: Notice): Promise<void> {
  const { id, source, alarm, at, text } = notice
  const row = { id, case_id: caseId, source, alarm: alarm ?? null, at, text }
  await tx.withTables<WorkorderTables>().insertInto('case_report').values(row).execute()
}

/** What an alarm has to say to the case it was filed under. `source` names it for good. */
export interface Evidence {
  readonly source: string
  readonly alarm: string
  readonly at: EpochMs
  readonly note: string
}

/** Adds evidence to the journal of an alarm's open case, once; the id of that case, or undefined where nothing was added. */
export async function addEvidence(tx: StateTx, { source, alarm, at, note }: Evidence): Promise<string | undefined> {
  const tables = tx.withTables<WorkorderTables>()
  const row = await tables
    .selectFrom('case_report')
    .innerJoin('city_case', 'city_case.id', 'case_report.case_id')
    .select(['city_case.id', 'city_case.stage'])
    .where('case_report.alarm', '=', alarm)
    .where('city_case.closed_at', 'is', null)
    .orderBy('case_report.at', 'desc')
    .executeTakeFirst()
  const known = await tables.selectFrom('case_event').select('position').where('source', '=', source).executeTakeFirst()
  if (!row || known) return undefined
  await writeLines(tx, row.id, [{ at, stage: row.stage, action: 'evidence', by: 'alarms', note, source }])
  return row.id
}
