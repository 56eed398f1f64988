// `npm run fault [-- NAME ...] [--scale 0.1] [--seed N]`: runs the scenarios one after the other and writes docs/delivery.md from what they found.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../stage/process.ts'
import { deliveryPage, type Result } from './page.ts'
import type { Scenario } from './scenario.ts'
import { drain, herd, longPartition } from './scenarios/benches.ts'
import { kills } from './scenarios/kills.ts'
import { mutationsCaught, seedsHold } from './scenarios/miniature.ts'
import { centrePowerLoss, spoolPowerLoss } from './scenarios/power-loss.ts'

const scenarios: readonly Scenario[] = [
  ...[seedsHold, mutationsCaught, spoolPowerLoss, centrePowerLoss],
  ...[kills, drain, herd, longPartition],
]

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const tell = (line: string): void => void process.stderr.write(`${line}\n`)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, seed: { type: 'string', default: '20261127' } },
})
const [scale, seed] = [Number(values.scale), Number(values.seed)]
const chosen = scenarios.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
)
if (chosen.length === 0 || !(scale > 0) || !Number.isInteger(seed)) {
  tell(
    `usage: npm run fault -- [NAME ...] [--scale 0..1] [--seed N]\nnames: ${scenarios.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}

async function run(scenario: Scenario): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-fault-'))
  const endings: (() => unknown)[] = []
  const teardown = (end: () => unknown): void => void endings.unshift(end)
  const begun = performance.now()
  const took = (): number => (performance.now() - begun) / 1000
  const say = (line: string): void => tell(`  ${line}`)
  try {
    const outcome = await scenario.run({ folder, seed, scale, say, teardown })
    return { scenario, outcome, seconds: took() }
  } catch (error) {
    return { scenario, failure: error instanceof Error ? error.message : String(error), seconds: took() }
  } finally {
    for (const end of endings) await end()
    rmSync(folder, { recursive: true, force: true })
  }
}

const results: Result[] = []
for (const scenario of chosen) {
  tell(`${scenario.name} (about ${Math.ceil(scenario.minutes * scale)} min)`)
  const result = await run(scenario)
  results.push(result)
  const word = result.outcome ? (result.outcome.held ? 'held' : 'DID NOT HOLD') : 'COULD NOT BE RUN'
  print(`${word}: ${scenario.name}: ${result.outcome?.seen ?? result.failure} (${result.seconds.toFixed(0)} s)`)
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`
const left = scenarios.filter((scenario) => !chosen.includes(scenario))
writeFileSync(
  join(root, 'docs/delivery.md'),
  deliveryPage({ results, left, commit, machine, scale, seed, at: new Date() }),
)
print(`${results.filter(({ outcome }) => outcome?.held).length} of ${results.length} held; docs/delivery.md is written`)
process.exitCode = results.every(({ outcome }) => outcome?.held) ? 0 : 1
