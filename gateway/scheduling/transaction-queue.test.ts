// The order of transactions on a line that is short of time: what is pressing passes, and nothing waits for ever.
import fc from 'fast-check'
import t from 'tap'
import { longestWaitMs, type Priority, priorities } from './priority.ts'
import { TransactionQueue, type Wanted } from './transaction-queue.ts'

interface Job extends Wanted {
  readonly n: number
}
const job = (n: number, priority: Priority, dueAt: number, unit = n): Job => ({ n, priority, dueAt, unit })
const anyone = (): boolean => true

t.test('what was due at the same time goes by its weight', async (t) => {
  const queue = new TransactionQueue<Job>()
  for (const [n, priority] of [...priorities].reverse().entries()) queue.add(job(n, priority, 1000))
  t.same(
    priorities.map(() => queue.take(anyone)?.priority),
    priorities,
  )
  t.equal(queue.take(anyone), undefined)
})

t.test('a write passes what is late, but not what is later than its weight allows', async (t) => {
  const queue = new TransactionQueue<Job>()
  queue.add(job(1, 'alarm', 50_000))
  queue.add(job(2, 'write', 60_001))
  queue.add(job(3, 'write', 59_999))
  t.same(
    [1, 2, 3].map(() => queue.take(anyone)?.n),
    [3, 1, 2],
  )
})

t.test('a unit that is busy is passed over, equals go in the order they came', async (t) => {
  const queue = new TransactionQueue<Job>()
  for (const [n, unit] of [7, 7, 8].entries()) queue.add(job(n, 'normal', 5, unit))
  t.equal(queue.take((unit) => unit !== 7)?.n, 2)
  t.equal(
    queue.take((unit) => unit === 8),
    undefined,
  )
  t.same([queue.take(anyone)?.n, queue.take(anyone)?.n], [0, 1])
  t.equal(queue.size, 0)
})

t.test(
  'nothing waits beyond its bound, whatever else is wanted and for however long the line is overloaded',
  async (t) => {
    const arrivals = fc.array(
      fc.record({
        gapMs: fc.integer({ min: 0, max: 400 }),
        priority: fc.constantFrom(...priorities),
        busyMs: fc.integer({ min: 1, max: 600 }),
      }),
      { minLength: 1, maxLength: 120 },
    )
    let passed = 0
    fc.assert(
      fc.property(arrivals, (jobs) => {
        const queue = new TransactionQueue<Job>()
        let now = 0
        let at = 0
        const coming = jobs.map((one, n) => {
          at += one.gapMs
          return { ...job(n, one.priority, at), busyMs: one.busyMs }
        })
        let next = 0
        const waitingAt: { readonly at: number; readonly size: number }[] = []
        const starts: { readonly dueAt: number; readonly priority: Priority; readonly start: number }[] = []
        while (next < coming.length || queue.size > 0) {
          for (let one = coming[next]; one && one.dueAt <= now; one = coming[++next]) queue.add(one)
          waitingAt.push({ at: now, size: queue.size })
          const taken = queue.take(anyone)
          if (!taken) {
            now = coming[next]?.dueAt ?? now
            continue
          }
          if (taken.n > 0 && starts.length > 0 && taken.dueAt > (starts.at(-1)?.dueAt ?? 0)) passed++
          starts.push({ ...taken, start: now })
          now += (coming[taken.n] as { busyMs: number }).busyMs
        }
        const most = Math.max(...waitingAt.map(({ size }) => size))
        return starts.every(({ dueAt, priority, start }) => start - dueAt <= longestWaitMs(priority, most, 600))
      }),
      { numRuns: 500 },
    )
    t.ok(passed > 1000, 'the line was busy')
  },
)

t.test('an endless stream of writes does not keep the lowest waiting', async (t) => {
  const queue = new TransactionQueue<Job>()
  queue.add(job(-1, 'probe', 0))
  let now = 0
  for (let n = 0; ; n++) {
    queue.add(job(n, 'write', now))
    const taken = queue.take(anyone)
    if (taken?.n === -1) break
    now += 100
    if (now > 60_000) break
  }
  t.ok(now <= longestWaitMs('probe', 1, 100), `${now} ms`)
})
