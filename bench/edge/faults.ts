// A million transactions on a bad serial line, in virtual time: replies late, copied, foreign, truncated, corrupted, lost, another master
// between them. With lateness bounded by what the line allows for (`maxLate`) no value may be wrong and no promise may hang; without a
// bound the residue is measured. Every 20,000 transactions a new line begins that knows nothing yet.
//   setup/with-node bench/edge/faults.ts [TRANSACTIONS]

import { badLine, type FaultResult, runFaults } from '../../firmware-bridge/testing/fault-run.ts'
import { printFigures } from '../run.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const perLine = 20_000

async function run(bounded: boolean): Promise<FaultResult> {
  const sum = { good: 0, failed: 0, wrong: 0, stale: 0, hung: 0, late: 0, examples: [] as string[], virtualMs: 0 }
  for (let begun = 0, seed = 1; begun < total; begun += perLine, seed++) {
    const result = await runFaults({ transactions: Math.min(perLine, total - begun), seed, faults: badLine, bounded })
    for (const key of ['good', 'failed', 'wrong', 'stale', 'hung', 'late', 'virtualMs'] as const)
      sum[key] += result[key]
    sum.examples.push(...result.examples)
  }
  return sum
}

const begin = performance.now()
const bounded = await run(true)
const seconds = (performance.now() - begin) / 1000
const unbounded = await run(false)
const million = 1e6 / total

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
    {
      what: 'lateness unbounded (Pareto, half later than 100 ms, 1 % than 5 s): wrong values in a million',
      measured: unbounded.wrong * million,
      unit: '',
    },
    { what: 'hung promises, lateness unbounded', measured: unbounded.hung, unit: '', atMost: 0 },
  ],
)
for (const example of [...bounded.examples, ...unbounded.examples].slice(0, 8)) console.log(`wrong: ${example}`)
process.exitCode = bounded.wrong + bounded.hung + unbounded.hung > 0 ? 1 : 0
