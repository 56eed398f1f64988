import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore } from '@civitals/storage/state'
import t from 'tap'
import { indicatorMigrations } from '../migrations.ts'
import type { IndicatorTables } from '../tables.ts'
import { type PastInstant, unseenInstants, writeAfterwards } from './afterwards.ts'
import { readHistory } from './history.ts'
import { readPast } from './past.ts'

const minute = 60_000
const ten = 10 * minute
const start = Date.parse('2026-06-12T00:00:00Z')
const area = '440607'
const stateOf = () => openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
const instant = (at: number, score: number): PastInstant => ({
  ...{ at, score, low: score - 1, high: score + 1 },
  scores: [{ id: 'RENL', at, version: '', value: null, score }],
})
/** As the engine says it at the time. */
async function say(state: StateStore, at: number, score: number): Promise<void> {
  await state.transaction(async (tx) => {
    const db = tx.withTables<IndicatorTables>()
    const said = { area, at, score, afterwards: 0 }
    await db
      .insertInto('indicator_body')
      .values({ ...said, low: null, high: null })
      .execute()
    await db
      .insertInto('indicator_past')
      .values({ ...said, id: 'RENL', version: '', value: null })
      .execute()
  })
}

t.test('ten minutes in which anything was said at the time are seen', async (t) => {
  await using state = await stateOf()
  for (const at of [start + 3 * minute, start + 2 * ten, start + 3 * ten - minute]) await say(state, at, 80)
  const unseen = () => unseenInstants(state.db, area, start - ten - 1, start + 4 * ten)
  t.strictSame(await unseen(), [start - ten, start + ten, start + 3 * ten])
  await state.transaction((tx) => writeAfterwards(tx, area, [instant(start + ten, 70)]))
  t.strictSame(await unseen(), [start - ten, start + ten, start + 3 * ten], 'what was filled in is still unseen')
  t.strictSame(await unseenInstants(state.db, area, start, start), [])
})

t.test('what is computed afterwards is told apart, is computed again, and never replaces what was said', async (t) => {
  await using state = await stateOf()
  await say(state, start, 80)
  for (const score of [60, 65]) {
    const instants = [instant(start, score), instant(start + ten, score)]
    await state.transaction((tx) => writeAfterwards(tx, area, instants))
  }
  t.strictSame(await readHistory(state.db, area, { from: start, to: start + 2 * ten, everyMs: ten }), [
    { at: start, score: 80, low: null, high: null },
    { at: start + ten, score: 65, low: 64, high: 66, afterwards: true },
  ])
  t.strictSame(
    (await readPast(state.db, area, start)).map(({ score }) => score),
    [80],
  )
  t.strictSame(
    (await readPast(state.db, area, start + ten)).map(({ score }) => score),
    [65],
  )
})
