// Five thousand transactions on a bus that lies in every way it can; the bus knows the truth by itself (bench/edge/faults.ts: a million).
import t from 'tap'
import { badLine, runFaults } from '../testing/fault-run.ts'

const transactions = 5_000

t.test('late, copied, foreign, truncated and corrupted replies: no wrong value, no hung promise', async (t) => {
  const { examples, ...result } = await runFaults({ transactions, seed: 4711, faults: badLine, bounded: true })
  t.same(examples, [])
  t.match(result, { wrong: 0, hung: 0 })
  t.ok(result.failed > 250 && result.late > 12, `the faults were real: ${JSON.stringify(result)}`)
  t.ok(result.good > 0.7 * transactions, `the line is of use all the same: ${result.good} good values`)
})

t.test('replies later than any bound: nothing hangs, and a wrong value is a rarity', async (t) => {
  const result = await runFaults({ transactions, seed: 4712, faults: badLine, bounded: false })
  t.equal(result.hung, 0)
  t.ok(result.wrong <= 5, `${result.wrong} wrong: ${result.examples}`)
})
