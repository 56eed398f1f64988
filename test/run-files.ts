// Runs test files, each in a process of its own, some at a time. tap's own runner puts module hooks and source maps into every test
// file and, by NODE_OPTIONS, into every process one starts; they serve coverage alone and cost more processor time than the tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { Parser } from 'tap-parser'

/** What a file gets that does not ask for more, and the end of one that does not keep to it. */
const ordinarySeconds = 180
const longestMs = 600_000

// The files that take longest start first, so that none is left running alone at the end.
const longest = [
  'test/storm.test.ts',
  'test/miniature/mutations.test.ts',
  'dashboards/test/page.test.ts',
  'cli/commands/gateway-doctor.test.ts',
  'test/miniature/seeds.test.ts',
  'test/kill.test.ts',
  'cli/commands/profile-import.test.ts',
  'cli/commands/gateway-read.test.ts',
  'test/fault/crash-images/crash-images.test.ts',
  'test/foreign-sensor.test.ts',
]

/** The chosen test files, or all of the workspaces and of test/, in the order they start. */
export function testFiles(root: string, workspaces: readonly string[], chosen: readonly string[]): readonly string[] {
  if (chosen.length > 0) return chosen
  const found = globSync(`{${[...workspaces, 'test'].join(',')}}/**/*.test.ts`, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
  }).sort()
  return [...longest.filter((file) => found.includes(file)), ...found.filter((file) => !longest.includes(file))]
}

interface Outcome {
  readonly file: string
  readonly seconds: number
  readonly output: string
  readonly errors: string
  /** What is wrong with the file, or nothing. */
  readonly failure: string | undefined
}

/** Ends a test file with everything it started: they stand in a process group of its own. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}

function failureOf(output: string, code: number | null, signal: string | null, late: boolean): string | undefined {
  if (late) return `not done after ${longestMs / 1000} s`
  if (signal) return `ended by ${signal}`
  if (code !== 0) return `exit code ${code}`
  const parser = new Parser()
  parser.end(output)
  const results = parser.results
  if (!results || results.count === 0) return 'no test ran'
  if (results.plan.end === null) return 'no plan: it ended early'
  return results.ok ? undefined : 'its tests do not hold'
}

function runFile(root: string, file: string, running: Set<ChildProcess>): Promise<Outcome> {
  const started = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(ordinarySeconds) },
    detached: true,
  })
  running.add(child)
  const output: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (bytes) => output.push(bytes))
  child.stderr.on('data', (bytes) => errors.push(bytes))
  let late = false
  const timer = setTimeout(() => {
    late = true
    endGroup(child)
  }, longestMs)
  child.once('exit', () => endGroup(child))
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      running.delete(child)
      const text = Buffer.concat(output).toString()
      resolve({
        ...{ file, seconds: (performance.now() - started) / 1000, output: text },
        ...{ errors: Buffer.concat(errors).toString(), failure: failureOf(text, code, signal, late) },
      })
    })
  })
}

/** One TAP report in which each file is a subtest. */
function reportOf(outcomes: readonly Outcome[]): string {
  const one = ({ file, seconds, output, failure }: Outcome, place: number): string =>
    `# Subtest: ${file}\n${output.replace(/^TAP version .*\n/, '').replace(/^(?=.)/gm, '    ')}\n` +
    `${failure ? 'not ok' : 'ok'} ${place + 1} - ${file} # time=${(1000 * seconds).toFixed(0)}ms\n\n`
  return `TAP version 14\n${outcomes.map(one).join('')}1..${outcomes.length}\n`
}

/** Runs `files`, `atOnce` of them at a time, says each as it ends, writes the TAP `report`; returns what failed, file by file. */
export async function runFiles(
  root: string,
  files: readonly string[],
  atOnce: number,
  report: string,
  say: (line: string) => void,
): Promise<string[]> {
  const running = new Set<ChildProcess>()
  const endAll = (): void => running.forEach(endGroup)
  process.once('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const waiting = [...files]
  const outcomes: Outcome[] = []
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runFile(root, file, running)
      outcomes.push(outcome)
      say(`${outcome.failure ? 'FAILED' : 'ok'} ${outcome.seconds.toFixed(1)} s ${file}`)
      if (outcome.failure) say(outcome.errors)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  writeFileSync(report, reportOf(outcomes))
  return outcomes.flatMap(({ file, failure }) => (failure ? [`${file}: ${failure}`] : []))
}
