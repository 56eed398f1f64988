import type { Alarm } from '@civitals/contracts/alarm'
import type { EpochMs } from '@civitals/contracts/clock'
import type { StateStore } from '@civitals/storage/state'
import { type AlarmTables, alarmOf } from './tables.ts'

/** Which alarms are wanted: `live` (default) are those not yet normal. `limit` default 100, at most 1000. */
export interface AlarmQuery {
  readonly state?: 'live' | 'all'
  readonly limit?: number
  readonly cursor?: string
}

/** One page, newest onset first; `next` is null on the last. */
export interface AlarmPage {
  readonly items: readonly Alarm[]
  readonly next: string | null
}

/** One page of alarms. An unreadable cursor starts from the newest. */
export async function listAlarms(state: StateStore, query: AlarmQuery): Promise<AlarmPage> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), 1000)
  let select = state.db
    .withTables<AlarmTables>()
    .selectFrom('alarm')
    .select(['id', 'onset', 'document'])
    .orderBy('onset', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (query.state !== 'all') select = select.where('live', '=', 1)
  const after = parseCursor(query.cursor)
  if (after) {
    select = select.where((where) =>
      where.or([
        where('onset', '<', after.onset),
        where.and([where('onset', '=', after.onset), where('id', '<', after.id)]),
      ]),
    )
  }
  const rows = await select.execute()
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { items: rows.slice(0, limit).map(alarmOf), next: last ? `${last.onset}.${last.id}` : null }
}

/** The alarm of an id. */
export async function findAlarm(state: StateStore, id: string): Promise<Alarm | undefined> {
  const tables = state.db.withTables<AlarmTables>()
  const row = await tables.selectFrom('alarm').select('document').where('id', '=', id).executeTakeFirst()
  return row && alarmOf(row)
}

/** When alarms on the values of a series were active. */
export interface AlarmPeriod {
  readonly terminal: string
  readonly point: string
  readonly from: EpochMs
  /** Infinity while it is. */
  readonly to: EpochMs
}

/** Active stretches of the alarms on single series that reach beyond `from`, whether acknowledged or not. */
export async function seriesPeriods(state: StateStore, from: EpochMs): Promise<AlarmPeriod[]> {
  const rows = await state.db
    .withTables<AlarmTables>()
    .selectFrom('alarm')
    .select('document')
    .where((where) => where.or([where('live', '=', 1), where('returned_at', '>', from)]))
    .execute()
  return rows.map(alarmOf).flatMap(({ subject, onset, returnedAt }) => {
    if (subject.kind !== 'series' || (returnedAt !== undefined && returnedAt <= from)) return []
    return [
      { terminal: subject.terminal, point: subject.point, from: onset, to: returnedAt ?? Number.POSITIVE_INFINITY },
    ]
  })
}

function parseCursor(cursor: string | undefined): { onset: number; id: string } | undefined {
  const [, onset, id] = /^(\d+)\.([A-Za-z0-9_-]+)$/.exec(cursor ?? '') ?? []
  return onset && id ? { onset: Number(onset), id } : undefined
}
