// kill -9 of gateway and centre at random instants: everything committed to the spool is stored, nothing twice. The truth is the spool file
// itself, counted by our own reading of its rows after the gateway is dead.
import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import type { LedgerRow } from '@civitals/contracts/ledger'
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import { startSimulator } from '@civitals/simulator/simulator'
import { stringify } from 'yaml'
import { civitals, type Ending, eventually, getJson, type Running } from '../../stage/process.ts'
import { seeded } from '../../stage/seeded.ts'
import { type Scenario, scaled } from '../scenario.ts'

export interface KillRun {
  readonly kills: number
  readonly committed: number
  readonly lost: number
  readonly twice: number
  /** Envelopes that came to the centre more than once, and had no effect the second time. */
  readonly duplicates: number
  readonly row: LedgerRow
}

export interface KillOptions {
  readonly ending: Ending
  readonly folder: string
  readonly seed: number
  readonly rounds: number
  say(line: string): void
}

export const kills: Scenario = {
  name: 'kills',
  target: 'kill -9 of gateway, centre or both at 300 random instants: 0 lost, 0 stored twice, every account balanced',
  minutes: 20,
  async run({ folder, seed, scale, say, teardown }) {
    const rounds = scaled(300, scale)
    const { committed, lost, twice, duplicates, row, ...run } = await killRun({
      ending: { teardown },
      folder,
      seed,
      rounds,
      say,
    })
    const held = lost === 0 && twice === 0 && row.rejected + row.setAside + row.declaredLost === 0
    return {
      held,
      seen: `${run.kills} kills in ${rounds} rounds, ${committed} readings committed: ${lost} lost, ${twice} twice`,
      figures: { rounds, kills: run.kills, committed, lost, twice, 'envelopes that came again': duplicates },
    }
  },
}

/** Runs rounds of work and kills on real processes, lets them heal, and compares spool and store reading by reading. */
export async function killRun({ ending, folder, seed, rounds, say }: KillOptions): Promise<KillRun> {
  const random = seeded(seed)
  const stage = await setUp(ending, folder)
  let centre = await stage.startCentre()
  let gateway = stage.startGateway()
  let done = 0
  for (let round = 0; round < rounds; round++) {
    await pause(700 + random() * 1800)
    const [killGateway, killCentre] = [round % 3 !== 1, round % 3 !== 0]
    const dying = [...(killGateway ? [gateway] : []), ...(killCentre ? [centre] : [])]
    const ended = await Promise.all(dying.map((one) => one.kill('SIGKILL')))
    if (ended.some((signal) => signal !== 'SIGKILL'))
      throw new Error(`round ${round}: a process ended by itself: ${ended}`)
    done += dying.length
    if (killCentre) centre = await stage.startCentre()
    if (killGateway) gateway = stage.startGateway()
    if (round % 20 === 19) say(`${round + 1} of ${rounds} rounds`)
  }
  await pause(2000)
  await gateway.kill('SIGTERM')
  const spooled = readSpool(join(folder, 'spool'))
  gateway = stage.startGateway()
  const row = await eventually(async () => {
    const { items } = await getJson<{ items: LedgerRow[] }>(`${stage.api}/ledger?limit=1000`)
    return items.find((one) => one.gateway === 'gw-01' && one.stored >= spooled.readings && one.balanced === true)
  }, 120_000)
  await gateway.kill('SIGKILL')
  const compared = await compare(stage.api, spooled)
  return { kills: done, committed: spooled.readings, ...compared, duplicates: row.duplicates, row }
}

interface Stage {
  readonly api: string
  startCentre(): Promise<Running>
  startGateway(): Running
}

async function setUp(ending: Ending, folder: string): Promise<Stage> {
  const simulator = await startSimulator({ seed: 7, clock: systemClock, serial: 'rtu-over-tcp', runFolder: folder })
  ending.teardown(() => simulator.close())
  const plan = simulator.plan.find((one) => one.gateway === 'gw-01')
  const [port, broker] = [await freePort(), await freePort()]
  const terminals = simulator.city.terminals
    .filter(({ gateway }) => gateway === 'gw-01')
    .map(({ id, profile, gateway, site, name }) => ({ id, profile, gateway, site, name }))
  writeFileSync(join(folder, 'city.yaml'), stringify({ ...simulator.city, terminals }))
  const passwordFile = join(folder, 'data/secrets/gw-01.password')
  writeFileSync(
    join(folder, 'gateway.yaml'),
    stringify({
      gateway: 'gw-01',
      uplink: { url: `mqtt://127.0.0.1:${broker}`, passwordFile },
      spool: { folder: join(folder, 'spool'), budget: '1GiB' },
      poll: { alarm: '100ms', normal: '100ms', bulk: '500ms' },
      lines: plan?.lines,
    }),
  )
  const words = ['up', '--no-simulator', '--city', join(folder, 'city.yaml'), '--data', join(folder, 'data')]
  return {
    api: `http://127.0.0.1:${port}/api/v1`,
    async startCentre() {
      const centre = civitals(ending, ...words, '--port', String(port), '--broker-port', String(broker))
      await centre.prints(/Civitals is ready/)
      return centre
    },
    startGateway: () => civitals(ending, 'gateway', 'run', '--config', join(folder, 'gateway.yaml')),
  }
}

interface Spooled {
  readonly readings: number
  readonly at: ReadonlyMap<string, readonly number[]>
}

function readSpool(folder: string): Spooled {
  const at = new Map<string, number[]>()
  let readings = 0
  const [file] = globSync(join(folder, 'spool-*.sqlite'))
  if (!file) throw new Error('no spool')
  const database = new DatabaseSync(file, { readOnly: true })
  for (const { payload } of database.prepare('SELECT payload FROM envelope ORDER BY seq').iterate()) {
    const decoded = decodeEnvelope(payload as Uint8Array)
    if (!decoded.ok) throw new Error(decoded.reason)
    for (const sample of decoded.envelope.samples) {
      for (const point of new Set([...Object.keys(sample.values), ...Object.keys(sample.quality ?? {})])) {
        const series = `${sample.terminal}/${point}`
        const times = at.get(series) ?? []
        at.set(series, times)
        times.push(sample.at)
        readings++
      }
    }
  }
  database.close()
  return { readings, at }
}

async function compare(api: string, spooled: Spooled): Promise<{ lost: number; twice: number }> {
  let [lost, twice] = [0, 0]
  for (const [series, times] of spooled.at) {
    const newest = times.reduce((most, at) => Math.max(most, at), 0)
    const stored = (await storedTimes(api, series)).filter((at) => at <= newest)
    const kept = new Set(stored)
    twice += stored.length - kept.size
    for (const at of new Set(times)) if (!kept.has(at)) lost++
  }
  return { lost, twice }
}

async function storedTimes(api: string, series: string): Promise<number[]> {
  const [terminal, point] = series.split('/')
  const times: number[] = []
  let cursor = ''
  do {
    const query = `terminal=${terminal}&point=${point}&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000${cursor}`
    const page = await getJson<{ items: { at: number }[]; next: string | null }>(`${api}/readings?${query}`)
    times.push(...page.items.map((row) => row.at))
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (cursor !== '')
  return times
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
