// `npm test`: formatting and lint, types, every test file; ends with the counts of what really ran.
// With CIVITALS_STRICT=1 (.ci/run) a skipped test is a failure. `npm run coverage` runs them with coverage, which takes half as
// long again, and fails below the floor.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { Parser } from 'tap-parser'
import { runFiles, testFiles } from './run-files.ts'

const root = join(import.meta.dirname, '..')
const strict = process.env.CIVITALS_STRICT === '1'
const { values: options, positionals: chosen } = parseArgs({
  options: { coverage: { type: 'boolean' } },
  allowPositionals: true,
})
const coverageFloorPercent = 85
const report = join(root, '.tap/results.tap')

interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

const node = process.execPath
const checks: readonly Check[] = [
  { name: 'format and lint', command: 'node_modules/.bin/biome', args: ['ci', '--error-on-warnings', '.'] },
  { name: 'types', command: node, args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  {
    name: 'types of the pages',
    command: node,
    args: [
      'dashboards/node_modules/svelte-check/bin/svelte-check',
      '--workspace',
      'dashboards/pages',
      '--fail-on-warnings',
    ],
  },
]

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

// Two files for two processors: many wait for processes, and none measures time.
const atOnce = Math.min(4, availableParallelism())

/** What failed: file by file, or the whole run of tap, which alone can measure coverage. */
async function runTests(): Promise<string[]> {
  mkdirSync(join(root, '.tap'), { recursive: true })
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (!options.coverage) return runFiles(root, testFiles(root, workspaces, chosen), atOnce, report, console.log)
  const how = ['--reporter=terse', '--allow-incomplete-coverage', `--output-file=${report}`, `--jobs=${atOnce}`]
  const tap = ['node_modules/tap/dist/esm/run.mjs', ...how, '--coverage-report=json-summary', ...chosen]
  return run(node, tap) ? [] : ['the test runner']
}

interface Counts {
  passed: number
  failed: number
  skipped: number
  /** Each failed assertion: its file, its tests from the outside in, and what it found. */
  readonly failures: string[]
}

/** Counts assertions, not the subtests and files that only sum them up. */
function count(tap: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const watch = (parser: Parser): void => {
    let sumsUp = false
    parser.on('child', (child: Parser) => {
      sumsUp = true
      watch(child)
    })
    parser.on('assert', (result) => {
      const leaf = !sumsUp
      sumsUp = false
      if (result.skip || result.todo) counts.skipped++
      else if (leaf && result.ok) counts.passed++
      else if (leaf) {
        counts.failed++
        counts.failures.push(`${result.fullname}\n${inspect(result.diag, { depth: 4 })}`)
      }
    })
  }
  const parser = new Parser()
  watch(parser)
  parser.end(tap)
  return counts
}

function coverageHolds(): boolean {
  const file = join(root, '.tap/report/coverage-summary.json')
  if (!existsSync(file)) return false
  const percent: number = JSON.parse(readFileSync(file, 'utf8')).total.lines.pct
  console.log(`coverage of lines: ${percent} % (floor ${coverageFloorPercent} %)`)
  return percent >= coverageFloorPercent
}

const failures: string[] = []
for (const check of checks) {
  console.log(`# ${check.name}`)
  if (!run(check.command, check.args)) failures.push(check.name)
}
console.log('# tests')
const filesFailed = await runTests()
const counts = count(existsSync(report) ? readFileSync(report, 'utf8') : '')
if (strict && counts.skipped > 0) failures.push(`${counts.skipped} skipped: every foreign program must be present here`)
if (options.coverage && !coverageHolds()) failures.push('coverage')
for (const failure of [...counts.failures, ...filesFailed, ...failures]) console.log(`failed: ${failure}`)

const failed = Math.max(counts.failed, filesFailed.length) + failures.length
const passed = counts.passed + checks.filter((check) => !failures.includes(check.name)).length
console.log(`${passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
