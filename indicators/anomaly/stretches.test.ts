// Which findings a stretch of time touches, at its very edges: from <= at < to, as the API asks of everything.
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { indicatorMigrations } from '../migrations.ts'
import type { Finding } from './readings/findings.ts'
import { readFindings, writeFindings } from './readings/store.ts'
import { type LevelShift, readAnomalies, writeRun } from './service/store.ts'

const hourMs = 3_600_000
const found = { terminal: 'air-01', point: 'pm25', unit: 'ug/m3', open: false, foundAt: 9 * hourMs, off: 1 }
/** The hours from two to four o'clock: four o'clock itself was as usual. */
const shift: LevelShift = { ...found, kind: 'level', from: 2 * hourMs, to: 4 * hourMs }
const spike: Finding = { ...found, kind: 'spike', from: 4 * hourMs, to: 4 * hourMs, times: 1, score: 9 }
const noise: Finding = { ...found, kind: 'noise', from: 2 * hourMs, to: 4 * hourMs, times: 1, score: 9 }

async function stored() {
  const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
  await state.transaction(async (tx) => {
    await writeRun(tx, [], [shift], 9 * hourMs)
    await writeFindings(tx, [spike, noise])
  })
  const kinds = async (from: number, to: number): Promise<string[]> =>
    [...(await readAnomalies(state.db, { from, to })), ...(await readFindings(state.db, { from, to }))].map(
      ({ kind }) => kind,
    )
  return { state, kinds, [Symbol.asyncDispose]: () => state.close() }
}

t.test(
  'the end of an hour is the first instant after a shift; the newest reading belongs to its finding',
  async (t) => {
    await using store = await stored()
    t.same(await store.kinds(4 * hourMs, 5 * hourMs), ['spike', 'noise'])
    t.same(await store.kinds(4 * hourMs - 1, 4 * hourMs), ['level', 'noise'])
    t.same(await store.kinds(4 * hourMs + 1, 5 * hourMs), [])
  },
)

t.test('what begins with the end of what is asked for lies outside it', async (t) => {
  await using store = await stored()
  t.same(await store.kinds(0, 2 * hourMs), [])
  t.same(await store.kinds(0, 2 * hourMs + 1), ['level', 'noise'])
  t.same(await store.kinds(3 * hourMs, 4 * hourMs + 1), ['level', 'spike', 'noise'])
})

t.test('what is stored is told as it was found', async (t) => {
  await using store = await stored()
  const { db } = store.state
  t.same(await readAnomalies(db, { terminal: 'air-01', point: 'pm25', open: false }), [shift])
  t.same(await readFindings(db), [spike, noise])
  t.same(await readAnomalies(db, { open: true }), [])
  t.same(await readFindings(db, { point: 'no2' }), [])
})
