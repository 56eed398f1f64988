// Starts what the ingest benches measure: the real centre, its load, and children that answer questions by message.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import type { LedgerRow } from '../../../contracts/ledger.ts'
import { type Ending, getJson, type Running, root, start } from '../../../test/stage/process.ts'
import type { Load, Plan, Progress } from './load.ts'

/** The full bench runs every side 60 s; CIVITALS_BENCH=short shows in a minute or two that it works. */
export const short: boolean = process.env.CIVITALS_BENCH === 'short'
export const steadySeconds: number = short ? 8 : 60
/** Compilers and caches get so long before anything counts. */
export const warmSeconds: number = short ? 4 : 10

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A child that answers one message with one message. */
export class Peer {
  readonly child: ChildProcess

  constructor(ending: Ending, file: string) {
    this.child = fork(join(import.meta.dirname, file), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    ending.teardown(() => this.child.kill('SIGKILL'))
  }

  async ask<T>(message: object | string): Promise<T> {
    const over = new AbortController()
    const failed = once(this.child, 'exit', { signal: over.signal }).then(([code]) => {
      throw new Error(`${this.child.spawnargs.at(-1)} ended with ${code}`)
    })
    failed.catch(() => undefined)
    const answer = once(this.child, 'message')
    this.child.send(message)
    try {
      const [said] = await Promise.race([answer, failed])
      return said as T
    } finally {
      over.abort()
    }
  }
}

export class Generator {
  readonly #peer: Peer

  constructor(ending: Ending, load: Load) {
    this.#peer = new Peer(ending, 'generator.ts')
    this.#peer.child.send(load)
  }

  count(): Promise<Progress> {
    return this.#peer.ask('count')
  }

  /** Publishes no more; resolves when everything is acknowledged. */
  stop(): Promise<Progress> {
    return this.#peer.ask('stop')
  }
}

export interface CentreProcess {
  readonly running: Running
  readonly brokerPort: number
  readonly data: string
  readonly pid: number
  /** Of pages and API. */
  readonly url: string
  ledger(): Promise<readonly LedgerRow[]>
}

/**
 * `civitals up` as a person starts it, without its simulator. CIVITALS_BENCH_PROFILE=DIR leaves the processor profile of its threads there.
 */
export async function startCentre(
  ending: Ending,
  data: string,
  plan: Plan,
  more: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<CentreProcess> {
  mkdirSync(join(data, 'secrets'), { recursive: true })
  for (const { id, password } of plan.gateways) writeFileSync(join(data, `secrets/${id}.password`), password)
  const city = join(data, 'city.yaml')
  writeFileSync(city, plan.document)
  const [port, brokerPort] = [await freePort(), await freePort()]
  const words = ['up', '--no-simulator', '--data', data, '--city', city, '--port', `${port}`]
  const profile = process.env.CIVITALS_BENCH_PROFILE
  const profiling = profile ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` } : {}
  const running = start(ending, join(root, 'civitals'), [...words, '--broker-port', `${brokerPort}`, ...more], {
    ...profiling,
    ...env,
  })
  const [, url = ''] = await running.prints(/is ready: (\S+)/, 120_000)
  return {
    running,
    brokerPort,
    data,
    pid: running.child.pid ?? 0,
    url,
    ledger: async () => (await getJson<{ items: LedgerRow[] }>(`${url}/api/v1/ledger`)).items,
  }
}
