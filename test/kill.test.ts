// kill -9 of gateway and centre at seeded instants: everything committed to the spool is stored, nothing twice. The truth is the
// spool file itself, counted after the gateway is dead.
import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import type { LedgerRow } from '@civitals/contracts/ledger'
import { systemClock } from '@civitals/contracts/system-clock'
import { startSimulator } from '@civitals/simulator/simulator'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { civitals, eventually, freePort, getJson, type Running, temporaryFolder } from './stage/process.ts'
import { seeded } from './stage/seeded.ts'

const rounds = 6

interface Spooled {
  readonly readings: number
  readonly at: ReadonlyMap<string, readonly number[]>
}

/** What the gateway committed, from its spool file, by our own count of the rows' bytes. */
function readSpools(folder: string): Spooled {
  const at = new Map<string, number[]>()
  let readings = 0
  const [file] = globSync(join(folder, 'spool-*.sqlite'))
  const database = new DatabaseSync(file!, { readOnly: true })
  for (const { payload } of database.prepare('SELECT payload FROM envelope ORDER BY seq').all() as {
    payload: Uint8Array
  }[]) {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    for (const sample of decoded.envelope.samples) {
      for (const point of new Set([...Object.keys(sample.values), ...Object.keys(sample.quality ?? {})])) {
        const series = `${sample.terminal}/${point}`
        at.set(series, [...(at.get(series) ?? []), sample.at])
        readings++
      }
    }
  }
  database.close()
  return { readings, at }
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

const ascending = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b)

t.test('kill -9 of gateway and centre loses nothing that was committed and stores nothing twice', async (t: Test) => {
  const seed = 20261122
  const random = seeded(seed)
  t.comment(`seed ${seed}`)
  const folder = temporaryFolder(t)
  const simulator = await startSimulator({ seed: 7, clock: systemClock, serial: 'rtu-over-tcp', runFolder: folder })
  t.teardown(() => simulator.close())
  const plan = simulator.plan.find(({ gateway }) => gateway === 'gw-01')!
  const [port, broker] = [await freePort(), await freePort()]
  const terminals = simulator.city.terminals
    .filter(({ gateway }) => gateway === 'gw-01')
    .map(({ id, profile, gateway, site, name }) => ({ id, profile, gateway, site, name }))
  writeFileSync(join(folder, 'city.yaml'), stringify({ ...simulator.city, terminals }))
  writeFileSync(
    join(folder, 'gateway.yaml'),
    stringify({
      gateway: 'gw-01',
      uplink: { url: `mqtt://127.0.0.1:${broker}`, passwordFile: join(folder, 'data/secrets/gw-01.password') },
      spool: { folder: join(folder, 'spool'), budget: '64MiB' },
      poll: { alarm: '100ms', normal: '100ms', bulk: '500ms' },
      lines: plan.lines,
    }),
  )
  const words = ['up', '--no-simulator', '--city', join(folder, 'city.yaml'), '--data', join(folder, 'data')]
  const startCentre = async (): Promise<Running> => {
    const centre = civitals(t, ...words, '--port', String(port), '--broker-port', String(broker))
    await centre.prints(/Civitals is ready/)
    return centre
  }
  const startGateway = (): Running => civitals(t, 'gateway', 'run', '--config', join(folder, 'gateway.yaml'))
  const api = `http://127.0.0.1:${port}/api/v1`

  let centre = await startCentre()
  let gateway = startGateway()
  for (let round = 0; round < rounds; round++) {
    await new Promise((resolve) => setTimeout(resolve, 700 + random() * 1800))
    const [killGateway, killCentre] = [round % 3 !== 1, round % 3 !== 0]
    const dying = [killGateway && gateway.kill('SIGKILL'), killCentre && centre.kill('SIGKILL')].filter(
      (one) => one !== false,
    )
    t.same(
      await Promise.all(dying),
      dying.map(() => 'SIGKILL'),
      `round ${round}: killed`,
    )
    if (killCentre) centre = await startCentre()
    if (killGateway) gateway = startGateway()
  }
  await new Promise((resolve) => setTimeout(resolve, 2000))
  await gateway.kill('SIGTERM')
  const spooled = readSpools(join(folder, 'spool'))
  gateway = startGateway()
  const row = await eventually(async () => {
    const { items } = await getJson<{ items: LedgerRow[] }>(`${api}/ledger?limit=1000`)
    return items.find((one) => one.gateway === 'gw-01' && one.stored >= spooled.readings)
  }, 60_000)
  t.equal(row.rejected + row.setAside + row.declaredLost, 0, 'nothing rejected, set aside or declared lost')
  const balanced = await eventually(async () => {
    const { items } = await getJson<{ items: LedgerRow[] }>(`${api}/ledger?limit=1000`)
    return items.find((one) => one.gateway === 'gw-01' && one.balanced === true)
  }, 60_000)
  t.equal(balanced.produced, balanced.stored + (balanced.waiting ?? 0), 'produced = stored + waiting')
  await gateway.kill('SIGKILL')

  t.ok(spooled.readings > 1000, `${spooled.readings} readings were committed`)
  for (const [series, times] of spooled.at) {
    const stored = ascending(await storedTimes(api, series))
    const newest = Math.max(...times)
    t.same(
      stored.filter((at) => at <= newest),
      ascending(times),
      `${series}: each reading once`,
    )
  }
})
