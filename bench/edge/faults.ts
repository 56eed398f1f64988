// A million transactions on a bad serial line, in virtual time: replies late, copied, foreign, truncated, corrupted, lost, another master
// between them. With lateness bounded by what the line allows for (`maxLate`) no value may be wrong and no promise may hang; without a
// bound the residue is measured, and a tenth of it again without each defence. Every 20,000 transactions a new line begins that knows
// nothing yet.
//   setup/with-node bench/edge/faults.ts [TRANSACTIONS]

import { badLine, type FaultResult, type FaultRun, runFaults } from '../../firmware-bridge/testing/fault-run.ts'
import { printFigures } from '../run.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const perLine = 20_000

async function run(
  how: Pick<FaultRun, 'bounded' | 'without'> & Partial<Pick<FaultRun, 'faults'>>,
  transactions = total,
): Promise<FaultResult> {
  const sum = { good: 0, failed: 0, wrong: 0, stale: 0, hung: 0, late: 0, examples: [] as string[], virtualMs: 0 }
  for (let begun = 0, seed = 1; begun < transactions; begun += perLine, seed++) {
    const part = { transactions: Math.min(perLine, transactions - begun), seed, faults: badLine }
    const result = await runFaults({ ...part, ...how })
    for (const key of ['good', 'failed', 'wrong', 'stale', 'hung', 'late', 'virtualMs'] as const)
      sum[key] += result[key]
    sum.examples.push(...result.examples)
  }
  return sum
}

const begin = performance.now()
const bounded = await run({ bounded: true })
const seconds = (performance.now() - begin) / 1000
const unbounded = await run({ bounded: false })
const withoutCopies = await run({ bounded: false, faults: { ...badLine, copied: 0 } })
const inAMillion = (count: number, transactions = total): number => (count * 1e6) / transactions

printFigures(
  `Faults on a serial line: ${total} transactions, ${Math.round(bounded.virtualMs / 3.6e6)} h of virtual time`,
  [
    { what: 'late replies and copies within maxLate: wrong values', measured: bounded.wrong, unit: '', atMost: 0 },
    { what: 'hung promises', measured: bounded.hung, unit: '', atMost: 0 },
    { what: 'right values', measured: bounded.good, unit: '' },
    { what: 'right, but taken before they were asked for (<= maxLate)', measured: bounded.stale, unit: '' },
    { what: 'failed, and said so', measured: bounded.failed, unit: '' },
    { what: 'replies that came after their time-out', measured: bounded.late, unit: '' },
    { what: 'run time', measured: seconds, unit: 's', atMost: 60 },
  ],
)
printFigures('The same with lateness unbounded (Pareto: half later than 100 ms after the time-out, 1 % than 5 s)', [
  { what: 'wrong values in a million transactions', measured: inAMillion(unbounded.wrong), unit: '' },
  { what: 'the same on a line that makes no second copies', measured: inAMillion(withoutCopies.wrong), unit: '' },
  { what: 'right, but taken before they were asked for', measured: unbounded.stale, unit: '' },
  { what: 'replies that came after their time-out', measured: unbounded.late, unit: '' },
  { what: 'failed, and said so', measured: unbounded.failed, unit: '' },
  { what: 'hung promises', measured: unbounded.hung + withoutCopies.hung, unit: '', atMost: 0 },
])

const part = Math.ceil(total / 10)
const leftOut = [['owed'], ['quarantine'], ['owed', 'quarantine']] as const
const names = { owed: 'remembering what is owed', quarantine: 'quiet time after a failure' } as const
for (const isBounded of [true, false]) {
  const figures = []
  for (const without of leftOut) {
    const { wrong, failed } = await run({ bounded: isBounded, without }, part)
    const what = `without ${without.map((one) => names[one]).join(' and ')}`
    figures.push(
      { what: `${what}: wrong values in a million`, measured: inAMillion(wrong, part), unit: '' },
      { what: `${what}: failed of all`, measured: (100 * failed) / part, unit: '%' },
    )
  }
  printFigures(`What each defence is worth, lateness ${isBounded ? 'within maxLate' : 'unbounded'}`, figures)
}
for (const example of [...bounded.examples, ...unbounded.examples, ...withoutCopies.examples].slice(0, 8))
  console.log(`wrong: ${example}`)
process.exitCode = bounded.wrong + bounded.hung + unbounded.hung + withoutCopies.hung > 0 ? 1 : 0
