// One centre, one feeder, a faulty line between them and somebody who receives webhooks: what every scenario against the ground truth begins with.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { stringify } from 'yaml'
import { type Ending, eventually, type Running, root, start } from '../../stage/process.ts'
import { type FaultProxy, openFaultProxy } from '../proxy.ts'
import type { FeederPlan } from './plan.ts'
import { openReceiver, type Receiver } from './receiver.ts'

export interface TrialOptions {
  readonly ending: Ending
  readonly folder: string
  readonly seed: number
  readonly terminals?: number
  readonly qos?: 0 | 1
  readonly compress?: boolean
  /** Share of the terminals' onsets lies in the first so many seconds after `begin`. */
  readonly onsetsWithinMs: number
  readonly everyMs?: number
  /** Where data of the centre and of the spool lie, when not in `folder`. */
  readonly data?: string
  readonly spool?: string
}

/** How a process is started: under another program, with more environment. */
export interface Wrapping {
  readonly before?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface Trial {
  readonly api: string
  readonly log: string
  readonly proxy: FaultProxy
  readonly receiver: Receiver
  readonly terminals: readonly string[]
  startCentre(wrapping?: Wrapping): Promise<Running>
  /** A centre that may end before it is ready. */
  tryCentre(wrapping?: Wrapping): Running
  startFeeder(wrapping?: Wrapping): Promise<Running>
  /** Sends what the spool holds until nothing waits, over a clean line. */
  drain(): Promise<void>
}

const gateway = 'gw-truth'
/** Farther apart than reports of one matter are merged (workorders/matters/matters.yaml): each onset is a case of its own. */
const stepDegrees = 0.006

export async function openTrial(options: TrialOptions): Promise<Trial> {
  const { ending, folder, seed } = options
  const [port, broker] = [await freePort(), await freePort()]
  const data = options.data ?? join(folder, 'data')
  const proxy = await openFaultProxy(broker, seed)
  ending.teardown(() => proxy[Symbol.asyncDispose]())
  const receiver = await openReceiver(ending)
  const terminals = Array.from({ length: options.terminals ?? 40 }, (_, n) => `road-${n}`)
  writeFileSync(join(folder, 'city.yaml'), stringify(cityOf(terminals)))
  const api = `http://127.0.0.1:${port}/api/v1`
  const words = ['up', '--no-simulator', '--city', join(folder, 'city.yaml'), '--data', data]
  const program = [join(root, 'civitals'), ...words, '--port', String(port), '--broker-port', String(broker)]
  const tryCentre = ({ before = [], env = {} }: Wrapping = {}): Running => {
    const [command = '', ...rest] = [...before, ...program]
    return start(ending, command, rest, env)
  }
  let endpoint = false
  const startCentre = async (wrapping?: Wrapping): Promise<Running> => {
    const centre = tryCentre(wrapping)
    await centre.prints(/Civitals is ready/, 180_000)
    if (!endpoint) await register(api, receiver.url)
    endpoint = true
    return centre
  }
  const startedAt = Date.now()
  const plan: FeederPlan = {
    ...{ gateway, terminals, port: proxy.port, log: join(folder, 'truth.log') },
    highFrom: terminals.map((_, n) => startedAt + ((n + 1) / terminals.length) * options.onsetsWithinMs),
    spool: options.spool ?? join(folder, 'spool'),
    ...{ budgetBytes: 4e9, compress: options.compress ?? false, qos: options.qos ?? 1 },
    passwordFile: join(data, 'secrets', `${gateway}.password`),
    ...{ everyMs: options.everyMs ?? 25, makes: true },
  }
  mkdirSync(plan.spool, { recursive: true })
  const feeder = (made: FeederPlan, name: string, { before = [], env = {} }: Wrapping = {}): Running => {
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(made))
    const script = join(import.meta.dirname, 'feeder.ts')
    const [command = '', ...rest] = [...before, join(root, 'setup/with-node'), script, file]
    return start(ending, command, rest, env)
  }
  return {
    ...{ api, proxy, receiver, terminals, log: plan.log, startCentre, tryCentre },
    async startFeeder(wrapping) {
      const running = feeder(plan, 'feeder', wrapping)
      await running.prints(/feeding/)
      return running
    },
    async drain() {
      proxy.refuse(false)
      proxy.set({})
      const running = feeder({ ...plan, makes: false, port: broker }, 'drain')
      const late = setTimeout(() => void running.kill('SIGKILL'), drainWithinMs)
      const code = await running.ended
      clearTimeout(late)
      if (code !== 0) throw new Error(`what waits in the spool did not drain: ${code} ${running.output().slice(-500)}`)
    },
  }
}

const drainWithinMs = 600_000

async function register(api: string, url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-civitals': '1' }
  await eventually(async () => {
    const answer = await fetch(`${api}/webhooks`, { method: 'POST', headers, body: JSON.stringify({ url }) })
    return answer.ok ? true : undefined
  })
}

const named = (text: string) => ({ zh: text, en: text })

function cityOf(terminals: readonly string[]): object {
  const id = '440607'
  const position = (n: number) => ({
    ...{
      longitude: 112.8 + (n % 20) * stepDegrees,
      latitude: 23.1 + Math.floor(n / 20) * stepDegrees,
      datum: 'WGS-84',
    },
  })
  return {
    ...{
      id,
      name: named('fault'),
      timeZone: 'Asia/Shanghai',
      areas: [{ id, level: 'district', name: named('fault') }],
    },
    sites: terminals.map((terminal, n) => ({
      id: `at-${terminal}`,
      area: id,
      name: named(terminal),
      position: position(n),
    })),
    gateways: [{ id: gateway, name: named(gateway) }],
    terminals: terminals.map((terminal) => ({
      ...{ id: terminal, profile: 'road-water-gauge', gateway, site: `at-${terminal}`, name: named(terminal) },
    })),
  }
}
