// `npm run fault [-- NAME ...] [--scale 0.1] [--seed N] [--page FILE] [--keep]`: runs the scenarios one after the other and writes
// docs/delivery.md, or FILE, from what they found. Every result is kept in var/fault; with --keep the page also shows the newest one of each scenario
// that was not run this time.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../stage/process.ts'
import { deliveryPage, type Result, type RunFacts } from './page.ts'
import { keepResult, keptResults } from './results.ts'
import type { Scenario } from './scenario.ts'
import { drain, herd, longPartition } from './scenarios/benches.ts'
import { kills } from './scenarios/kills.ts'
import { mutationsCaught, seedsHold } from './scenarios/miniature.ts'
import { centrePowerLoss, spoolPowerLoss } from './scenarios/power-loss.ts'
import { centreDiskFull, centreErrors, clocks, gatewayDiskFull, gatewayErrors } from './scenarios/truth-disks.ts'
import { chosenKills, truthKills } from './scenarios/truth-kills.ts'
import { acknowledgementsLost, corruptBytes, qosZero } from './scenarios/truth-lines.ts'

const scenarios: readonly Scenario[] = [
  ...[seedsHold, mutationsCaught, spoolPowerLoss, centrePowerLoss],
  ...[kills, truthKills, ...chosenKills],
  ...[acknowledgementsLost, corruptBytes, qosZero],
  ...[gatewayErrors, centreErrors, gatewayDiskFull, centreDiskFull, clocks],
  ...[drain, herd, longPartition],
]

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const tell = (line: string): void => void process.stderr.write(`${line}\n`)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: '20261127' },
    page: { type: 'string', default: join(root, 'docs/delivery.md') },
    keep: { type: 'boolean', default: false },
  },
})
const [scale, seed] = [Number(values.scale), Number(values.seed)]
/** A whole name means that scenario alone, any other word all that have it. */
const names = new Set(scenarios.map(({ name }) => name))
const means = (word: string, name: string): boolean => (names.has(word) ? name === word : name.includes(word))
const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.some((word) => means(word, name)))
if (chosen.length === 0 || !(scale > 0) || !Number.isInteger(seed)) {
  tell(
    `usage: npm run fault -- [NAME ...] [--scale 0..1] [--seed N]\nnames: ${scenarios.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}

async function run(scenario: Scenario): Promise<Omit<Result, 'facts'>> {
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

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`
const facts: RunFacts = { commit, machine, scale, seed, date: new Date().toISOString().slice(0, 10) }
const kept = join(root, 'var/fault')
const results: Result[] = []
for (const scenario of chosen) {
  tell(`${scenario.name} (about ${Math.ceil(scenario.minutes * scale)} min)`)
  const result = { ...(await run(scenario)), facts }
  keepResult(kept, result)
  results.push(result)
  const word = result.outcome ? (result.outcome.held ? 'held' : 'DID NOT HOLD') : 'COULD NOT BE RUN'
  print(`${word}: ${scenario.name}: ${result.outcome?.seen ?? result.failure} (${result.seconds.toFixed(0)} s)`)
}
const earlier = values.keep
  ? keptResults(
      kept,
      scenarios.filter((scenario) => !chosen.includes(scenario)),
    )
  : []
const shown = scenarios.flatMap((scenario) => [...results, ...earlier].filter((result) => result.scenario === scenario))
const left = scenarios.filter((scenario) => !shown.some((result) => result.scenario === scenario))
writeFileSync(values.page, deliveryPage(shown, left))
print(`${results.filter(({ outcome }) => outcome?.held).length} of ${results.length} held; ${values.page} is written`)
process.exitCode = results.every(({ outcome }) => outcome?.held) ? 0 : 1
// A program that stays after its last line says what it waits for; nothing of it is ended by force.
setTimeout(() => tell(`still open: ${process.getActiveResourcesInfo().join(', ')}`), 10_000).unref()
