// Runs real processes for the tests of the whole: each is ended by the test that started it, none else.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is asked of a test or a bench: to end later what it was given. */
export interface Ending {
  teardown(work: () => unknown): void
}

export const root: string = join(import.meta.dirname, '../..')

/** A folder of its own for one test, removed after it. */
export function temporaryFolder(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** One process under test. */
export interface Running {
  readonly child: ChildProcess
  /** Everything printed so far, stdout and stderr together. */
  output(): string
  /** Resolves with the first match in what is printed; rejects when the process ends or time is up. */
  prints(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>
  /** Resolves with the exit code; a process ended by a signal gives that signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Starts a command; it is killed at the end of the test when it still runs. */
export function start(t: Ending, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let text = ''
  const listeners = new Set<() => void>()
  const heard = (chunk: Buffer): void => {
    text += chunk.toString('utf8')
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', (error) => {
      text += String(error)
      resolve(127)
    })
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1))
  })
  const running: Running = {
    child,
    output: () => text,
    prints(pattern, withinMs = 60_000) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(
          () => settle(() => reject(new Error(`${pattern} not printed in time:\n${text}`))),
          withinMs,
        )
        const settle = (then: () => void): void => {
          clearTimeout(late)
          listeners.delete(look)
          then()
        }
        const look = (): void => {
          const match = pattern.exec(text)
          if (match) settle(() => resolve(match))
        }
        listeners.add(look)
        ended.then((code) => settle(() => reject(new Error(`ended with ${code} before ${pattern}:\n${text}`))))
        look()
      })
    },
    ended,
    kill(signal) {
      child.kill(signal)
      return ended
    },
  }
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) await running.kill('SIGTERM').then(() => undefined)
  })
  return running
}

/** Starts `./civitals` with these words. */
export const civitals = (t: Ending, ...words: readonly string[]): Running => start(t, join(root, 'civitals'), words)

/** Calls `look` until it gives something else than undefined. */
export async function eventually<T>(look: () => Promise<T | undefined>, withinMs = 30_000, everyMs = 200): Promise<T> {
  const until = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const seen = await look()
      if (seen !== undefined) return seen
    } catch (error) {
      last = error
    }
    if (Date.now() > until) throw new Error('did not happen in time', { cause: last })
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** JSON of an address of the API. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
