// What waits in a spool, in words.
import t from 'tap'
import { type SpoolContent, type SpoolLook, spoolFindings } from './spool.ts'

const now = Date.UTC(2026, 5, 12, 9)
const budgetBytes = 512 * 2 ** 20
const content: SpoolContent = {
  id: '0123456789abcdef',
  counters: {
    newestSeq: 4711,
    waiting: 12,
    waitingReadings: 300,
    reopened: 0,
    producedReadings: 90_000,
    declaredLost: 0,
    inherited: 0,
    inheritedReadings: 0,
    bytes: 3_500_000,
  },
  oldestWaiting: { seq: 4700, at: now - 200_000 },
  newest: { seq: 4711, at: now - 1000 },
}
const of = (look: SpoolLook, movedAside: string[] = []) => spoolFindings({ now, look, budgetBytes, movedAside })

t.test('a sound spool: depth, ages, room', async (t) => {
  const found = of({ kind: 'read', content, closed: false })
  t.same(
    found.map(({ verdict, seen }) => `${verdict} ${seen}`),
    [
      'ok 0123456789abcdef: sound, its gateway did not close it (power, kill -9); newest envelope 4,711, committed 1 s ago',
      'ok 12 envelopes with 300 readings wait, the oldest number 4,700, 3 min 20 s ago; 3.3 MiB of 512 MiB kept (1 %)',
    ],
  )
})

t.test('what is wrong with one', async (t) => {
  t.match(of({ kind: 'damaged', file: '/s/spool-1.sqlite', detail: 'malformed' }), [{ verdict: 'failure' }])
  t.match(of({ kind: 'not looked into', why: 'too large' }), [{ verdict: 'warning', seen: /too large/ }])
  t.match(of({ kind: 'none' }, ['/s/damaged-1.sqlite']), [{ verdict: 'ok' }, { verdict: 'warning', seen: /damaged-1/ }])
})

t.test('losses are said, and a spool that is nearly full of what waits', async (t) => {
  const counters = { ...content.counters, declaredLost: 40, bytes: budgetBytes }
  const found = of({ kind: 'told', content: { ...content, counters, openGaps: 2 } })
  t.match(found[1], { verdict: 'warning', seen: /\(100 %\)/ })
  t.match(found[2], {
    verdict: 'warning',
    seen: '40 readings given up for want of room and declared, 2 gap records still to be sent',
  })
  const settled = { ...counters, waiting: 0, waitingReadings: 0, declaredLost: 0 }
  t.same(
    of({ kind: 'told', content: { ...content, counters: settled } }).map(({ verdict }) => verdict),
    ['ok', 'ok'],
  )
})
