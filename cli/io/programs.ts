import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Clock, sleep } from '@civitals/contracts/clock'

/** Restart pause of a program that ended by itself; doubles up to the last value while it keeps ending early. */
const restartPausesMs = [500, 1000, 2000, 5000, 10_000] as const
const steadyAfterMs = 30_000

export interface ProgramOptions {
  readonly name: string
  /** Words after `civitals`. */
  readonly argv: readonly string[]
  readonly logFile: string
  readonly clock: Clock
  /** Called with each line the program prints on stdout. */
  readonly onLine?: (line: string) => void
}

/** A `civitals` process kept running until stopped: started again when it ends by itself. */
export interface Program {
  readonly name: string
  readonly pid: number | undefined
  readonly restarts: number
  stop(): Promise<void>
}

/** Starts one civitals process beside this one; its stderr goes to the log file. */
export function startProgram(options: ProgramOptions): Program {
  let child: ChildProcess | undefined
  let stopping = false
  let restarts = 0
  const abort = new AbortController()
  const log = openSync(options.logFile, 'a')

  const launch = (): Promise<void> =>
    new Promise((resolve) => {
      const main = join(import.meta.dirname, '..', 'main.ts')
      const args = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', main, ...options.argv]
      const started = spawn(process.execPath, args, {
        stdio: ['pipe', 'pipe', log],
        env: { ...process.env, CIVITALS_PARENT: '1' },
      })
      child = started
      if (started.stdout) createInterface({ input: started.stdout }).on('line', (line) => options.onLine?.(line))
      started.once('error', () => resolve())
      started.once('exit', () => resolve())
    })

  const keepRunning = async (): Promise<void> => {
    let early = 0
    while (!stopping) {
      const startedAt = options.clock.mono()
      await launch()
      child = undefined
      if (stopping) return
      early = options.clock.mono() - startedAt > steadyAfterMs ? 0 : early + 1
      restarts++
      const pause = restartPausesMs[Math.min(Math.max(early - 1, 0), restartPausesMs.length - 1)] ?? 0
      await sleep(options.clock, pause, abort.signal).catch(() => undefined)
    }
  }
  const ended = keepRunning()

  return {
    name: options.name,
    get pid() {
      return child?.pid
    },
    get restarts() {
      return restarts
    },
    async stop() {
      stopping = true
      abort.abort()
      const last = child
      if (!last) return await ended
      last.kill('SIGTERM')
      const kill = options.clock.after(4000, () => last.kill('SIGKILL'))
      await ended
      kill.cancel()
    },
  }
}
