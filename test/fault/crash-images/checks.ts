import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import type { SeriesStore } from '@civitals/storage/series'
import { openSqliteState } from '@civitals/storage/sqlite'
import { openSqliteSpool } from '../../../gateway/spool/io/sqlite-spool.ts'
import { readAccounts } from '../../../ingest/ledger/store.ts'
import { ingestMigrations } from '../../../ingest/migrations.ts'
import { spool as centreSpool, timesOf } from './numbered.ts'

/** What a program had printed before the power went. */
export interface Said {
  /** Highest number reported done; all below are. */
  readonly done: number
  /** Up to which rows may have been acknowledged. */
  readonly acknowledged: number
}

/** Opens a folder with the real engine and says what is wrong with it; nothing: everything reported is there, once. */
export type Check = (folder: string, said: Said) => Promise<string[]>

const everything = { after: 0, before: Number.MAX_SAFE_INTEGER, limit: 1_000_000 }

export const checkSpool: Check = async (folder, { done, acknowledged }) => {
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const wrong: string[] = []
  const onSuccession = () => wrong.push('the spool counts as damaged')
  const spool = await openSqliteSpool({ folder, limits, clock: systemClock, onSuccession })
  try {
    const waiting = new Set((await spool.waiting(everything)).map(({ seq }) => seq))
    for (let seq = acknowledged + 1; seq <= done; seq++) if (!waiting.has(seq)) wrong.push(`seq ${seq} is missing`)
    const { newestSeq } = spool.counters()
    if (newestSeq < done) wrong.push(`newest is ${newestSeq}, ${done} was reported`)
    const [next] = await spool.append([{ config: 'c', samples: [], class: 'telemetry' as const }])
    if (next?.seq !== newestSeq + 1) wrong.push(`goes on with ${next?.seq} after ${newestSeq}`)
    return wrong
  } finally {
    await spool.close()
  }
}

export const checkCentre: Check = async (folder, { done }) => {
  await using state = await openSqliteState({ file: join(folder, 'state.sqlite'), migrations: ingestMigrations })
  const lost: string[] = []
  await using series = await openDuckdbSeries({
    ...{ folder: join(folder, 'series'), clock: systemClock, keptDays: { raw: 1e6 } },
    onLostFile: ({ file }) => lost.push(`${file} is gone`),
  })
  const wrong: string[] = []
  const account = (await readAccounts(state)).all().find(({ spool }) => spool === centreSpool)
  const settled = account?.settled[0]
  if (done > 0 && (settled?.[0] !== 1 || settled[1] < done))
    wrong.push(`settled is ${settled}, ${done} was acknowledged`)
  wrong.push(...(await readingsMissing(series, done)))
  // What a power loss interrupted is done again.
  await series.tend(true)
  wrong.push(...(await readingsMissing(series, done)).map((text) => `after closing: ${text}`))
  return [...lost, ...wrong]
}

async function readingsMissing(series: SeriesStore, done: number): Promise<string[]> {
  const wrong: string[] = []
  let stored = 0
  for (const point of ['depth', 'flow']) {
    const rows = await series.range({ terminal: 't1', point, from: 0, to: 1e14, limit: 10_000_000 })
    const at = new Set(rows.map((row) => row.at))
    stored += rows.length
    if (at.size !== rows.length) wrong.push(`${point}: ${rows.length - at.size} readings stand twice`)
    for (let seq = 1; seq <= done; seq++) {
      if (!timesOf(seq).every((time) => at.has(time))) wrong.push(`${point}: a reading of seq ${seq} is missing`)
    }
  }
  const count = await series.count()
  if (count !== stored) wrong.push(`${count} readings are counted, ${stored} are read`)
  return wrong
}
