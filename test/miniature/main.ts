// Runs seeds of the miniature and says which fail: `test/miniature/main.ts --seed 17 [--trace]`, `--from 1 --count 1000`.
import { parseArgs } from 'node:util'
import { runSeed } from './world.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    trace: { type: 'boolean', default: false },
    keepGoing: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const first = Number(values.seed ?? values.from)
const last = values.seed ? first : first + Number(values.count) - 1
const startedAt = performance.now()
const sums = new Map<string, number>()
let events = 0
let failed = 0
for (let seed = first; seed <= last; seed++) {
  const outcome = await runSeed(seed, values.trace ? say : undefined)
  events += outcome.events
  for (const [fact, number] of Object.entries(outcome.facts)) sums.set(fact, (sums.get(fact) ?? 0) + number)
  if (outcome.violations.length === 0) continue
  failed++
  say(`seed ${seed} (trace ${outcome.hash}): ${outcome.violations.slice(0, 5).join('; ')}`)
  if (!values.keepGoing) break
}
const seconds = (performance.now() - startedAt) / 1000
for (const [fact, number] of [...sums].sort()) say(`${fact}: ${number}`)
say(`${last - first + 1} seeds, ${failed} failed, ${events} events, ${seconds.toFixed(1)} s`)
process.exitCode = failed > 0 ? 1 : 0
