import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { type SeriesId, seriesId } from '@civitals/contracts/ids'
import type { Reading } from '@civitals/contracts/reading'
import type { City } from '@civitals/contracts/registry'
import { registryView } from '@civitals/contracts/registry-view'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import { openIndicators } from '../indicators.ts'
import { indicatorMigrations } from '../migrations.ts'
import type { CountRow } from '../store/counts.ts'

/** A registry that never changes, from a city document. */
export const registryOf: typeof registryView = registryView

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Contents of a series store: readings by series and instant. */
export type Contents = Map<SeriesId, Map<number, Reading>>

function put(contents: Contents, terminal: string, at: number, values: Readonly<Record<string, number>>): void {
  for (const [point, value] of Object.entries(values)) {
    const id = seriesId(terminal, point)
    const series = contents.get(id) ?? new Map<number, Reading>()
    contents.set(id, series)
    series.set(at, { terminal, point, at, value, quality: 'good' })
  }
}

/** The simulated pilot before `now`: a day and two hours by the minute, eight weeks of traffic by the hour; and an hour after it. */
export async function pilotPast(
  now: EpochMs,
  seed = 7,
): Promise<{ city: City; contents: Contents; complaints: CountRow[]; later: Reading[] }> {
  const [city, past] = await Promise.all([demoCity(), pilotHistory({ seed })])
  const contents: Contents = new Map()
  const traffic = { from: now - 57 * dayMs, to: now - 26 * hourMs, everyMs: hourMs }
  for (const { terminal, at, values } of past.samples({ ...traffic, terminals: (_, kind) => kind === 'traffic' })) {
    put(contents, terminal, at, values)
  }
  for (const { terminal, at, values } of past.samples({ from: now - 26 * hourMs, to: now, everyMs: 60_000 })) {
    put(contents, terminal, at, values)
  }
  const later: Contents = new Map()
  for (const { terminal, at, values } of past.samples({ from: now, to: now + hourMs, everyMs: 60_000 })) {
    put(later, terminal, at, values)
  }
  const days = [...past.complaints(now - 60 * dayMs, now)]
  return {
    city,
    contents,
    complaints: days.map((day) => ({ name: 'complaints', ...day, hours: 24 })),
    later: [...later.values()].flatMap((series) => [...series.values()]),
  }
}

/** The contents without some terminals, as if they had never reported. */
export const without = (contents: Contents, dead: ReadonlySet<string>): Contents =>
  new Map([...contents].filter(([id]) => !dead.has(id.split('/')[0] ?? '')))

/** An engine over the pilot's past, with stores in memory. */
export async function pilotEngine(clock: Clock, city: City, contents: Contents, complaints: readonly CountRow[]) {
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  const series = new MemorySeries({ contents })
  const engine = await openIndicators({ state, series, registry: registryView(city), clock })
  await state.transaction((tx) => engine.importCounts(tx, complaints))
  return { state, series, engine }
}

/** One settled envelope with these readings, for `step`. */
export const batchOf = (readings: readonly Reading[], receivedAt: EpochMs): SettlementBatch => ({
  envelopes: [{ gateway: 'gw-01', spool: 'spool', seq: 1, readings }],
  receivedAt,
})
