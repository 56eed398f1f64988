// A short run of the kill scenario; `npm run fault` runs all of it.
import t from 'tap'
import { killRun } from './fault/scenarios/kills.ts'
import { temporaryFolder } from './stage/process.ts'

t.test('kill -9 of gateway and centre loses nothing that was committed and stores nothing twice', async (t) => {
  const seed = 20261122
  t.comment(`seed ${seed}`)
  const folder = temporaryFolder(t)
  const { committed, lost, twice, row } = await killRun({ ending: t, folder, seed, rounds: 6, say: () => undefined })
  t.ok(committed > 1000, `${committed} readings were committed`)
  t.same([lost, twice], [0, 0], 'lost, stored twice')
  t.equal(row.rejected + row.setAside + row.declaredLost, 0, 'nothing rejected, set aside or declared lost')
  t.equal(row.produced, row.stored + (row.waiting ?? 0), 'produced = stored + waiting')
})
