import t from 'tap'
import { timeOf } from './terminal-time.ts'

const now = Date.parse('2026-06-12T09:00:00Z')
const hour = 3_600_000

t.test('the time of a terminal counts where it can be true', async (t) => {
  t.same(timeOf({ at: now - hour }, now, 'synced'), { at: now - hour, doubtful: false })
  t.same(timeOf({ at: now + 5 * 60_000 }, now, 'holdover'), { at: now + 5 * 60_000, doubtful: false })
  t.same(timeOf({}, now, 'synced'), { at: now, doubtful: false }, 'it gives none: the arrival, without a doubt')
})

t.test('a clock that is wrong: the arrival, which is uncertain', async (t) => {
  for (const at of [0, now - 4 * 24 * hour, now + hour])
    t.same(timeOf({ at }, now, 'synced'), { at: now, doubtful: true }, String(at))
})

t.test('history may be old, but not older than a year', async (t) => {
  const old = now - 40 * 24 * hour
  t.same(timeOf({ at: old, history: true }, now, 'synced'), { at: old, doubtful: false })
  t.same(timeOf({ at: now - 400 * 24 * hour, history: true }, now, 'synced'), { at: now, doubtful: true })
})

t.test('a machine that does not know the time itself cannot judge', async (t) => {
  t.same(timeOf({ at: now - hour }, 1000, 'unsynced'), { at: 1000, doubtful: false })
  t.same(timeOf({ at: now - hour, history: true }, 1000, 'unsynced'), { at: 1000, doubtful: true })
})
