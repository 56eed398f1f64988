// `npm test`: formatting and lint, types, every test file; ends with the counts of what really ran.
// With CIVITALS_STRICT=1 (.ci/run) a skipped test is a failure and coverage must stay above the floor.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from 'tap-parser'

const root = join(import.meta.dirname, '..')
const strict = process.env.CIVITALS_STRICT === '1'
const coverageFloorPercent = 75

interface Check {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

const checks: readonly Check[] = [
  { name: 'format and lint', command: 'node_modules/.bin/biome', args: ['ci', '--error-on-warnings', '.'] },
  { name: 'types', command: process.execPath, args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  {
    name: 'types of the pages',
    command: process.execPath,
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

const failedChecks = checks.filter((check) => {
  console.log(`# ${check.name}`)
  return !run(check.command, check.args)
})

mkdirSync(join(root, '.tap'), { recursive: true })
const report = join(root, '.tap/results.tap')
const chosen = process.argv.slice(2)
const tapOk = run(process.execPath, [
  'node_modules/tap/dist/esm/run.mjs',
  '--reporter=terse',
  `--output-file=${report}`,
  ...(strict ? ['--coverage-report=text-summary', '--coverage-report=json-summary'] : ['--disable-coverage']),
  '--allow-incomplete-coverage',
  ...chosen,
])

const parser = new Parser()
parser.end(readFileSync(report, 'utf8'))
const counts = parser.counts
let failed = counts.fail + failedChecks.length
const skipped = counts.skip + counts.todo
for (const check of failedChecks) console.log(`failed: ${check.name}`)
if (!tapOk && counts.fail === 0) failed++
if (strict && skipped > 0) {
  console.log(`failed: ${skipped} skipped; every foreign program must be present here`)
  failed++
}
if (strict) {
  const summary = JSON.parse(readFileSync(join(root, '.tap/report/coverage-summary.json'), 'utf8'))
  const percent: number = summary.total.lines.pct
  console.log(`coverage of lines: ${percent} % (floor ${coverageFloorPercent} %)`)
  if (!(percent >= coverageFloorPercent)) failed++
}
const passed = counts.pass + (checks.length - failedChecks.length)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
