import type { Alarm } from '@civitals/contracts/alarm'
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

function parseCursor(cursor: string | undefined): { onset: number; id: string } | undefined {
  const [, onset, id] = /^(\d+)\.([A-Za-z0-9_-]+)$/.exec(cursor ?? '') ?? []
  return onset && id ? { onset: Number(onset), id } : undefined
}
