// Nothing on the sensor side is ours: Debian's pymodbus serves measured weather (hourly normals of Seattle, npm vega-datasets,
// US government data); a gateway reads it; the values are read back equal from each store.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { influxdMissing, startInfluxd } from '@civitals/storage/influxd-testing'
import t, { type Test } from 'tap'
import { civitals, eventually, getJson, type Running, root, start, temporaryFolder } from './stage/process.ts'

const rows = 400
const points = ['temperature', 'pressure', 'wind_speed'] as const
const csv = join(root, 'node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv')
// Debian's package lives in Debian's Python, whichever else stands first on PATH.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
const pymodbusMissing = spawnSync(python, ['-c', 'import pymodbus']).status !== 0 && 'python3-pymodbus is not installed'

interface Row {
  readonly at: number
  readonly value: number | null
}

interface Stage {
  readonly api: string
  readonly centre: Running
  readonly truth: () => number[][]
}

async function stageWith(t: Test, store: readonly string[]): Promise<Stage> {
  const folder = temporaryFolder(t)
  const [station, port, broker] = [await freePort(), await freePort(), await freePort()]
  const truthFile = join(folder, 'truth.csv')
  const script = join(root, 'test/peers/weather_station.py')
  const foreign = start(t, python, [script, String(station), csv, String(rows), truthFile])
  await foreign.prints(/listening/)

  writeFileSync(join(folder, 'city.yaml'), cityDocument)
  const words = ['up', '--no-simulator', '--city', join(folder, 'city.yaml'), '--data', join(folder, 'data')]
  const centre = civitals(t, ...words, '--port', String(port), '--broker-port', String(broker), ...store)
  const ready = await centre.prints(/Civitals is ready: (http:\S+)/)
  writeFileSync(join(folder, 'gateway.yaml'), gatewayDocument(folder, broker, station))
  civitals(t, 'gateway', 'run', '--config', join(folder, 'gateway.yaml'))
  const truth = (): number[][] =>
    readFileSync(truthFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',').map(Number))
  await eventually(async () => (truth().length >= rows ? true : undefined), 60_000)
  return { api: `${ready[1]}/api/v1`, centre, truth }
}

const cityDocument = `
id: '53033'
name: { zh: 西雅图, en: Seattle }
timeZone: America/Los_Angeles
areas:
  - { id: '53033', level: district, name: { zh: 西雅图, en: Seattle } }
sites:
  - { id: mast, area: '53033', name: { zh: 气象杆, en: Mast }, position: { longitude: -122.33, latitude: 47.61, datum: WGS-84 } }
gateways:
  - { id: gw-foreign, name: { zh: 网关, en: Gateway } }
terminals:
  - { id: seattle-01, profile: weather-foreign, gateway: gw-foreign, site: mast }
`

const gatewayDocument = (folder: string, broker: number, station: number): string => `
gateway: gw-foreign
uplink: { url: mqtt://127.0.0.1:${broker}, passwordFile: ${join(folder, 'data/secrets/gw-foreign.password')} }
spool: { folder: ${join(folder, 'spool')}, budget: 64MiB }
poll: { alarm: 20ms, normal: 20ms, bulk: 20ms }
lines:
  - id: station
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${station} }
    timeout: 5s
    terminals: [ { id: seattle-01, unit: 1, profile: weather-foreign } ]
`

/** Every stored reading of a point, page by page. */
async function readBack(api: string, point: string): Promise<Row[]> {
  const found: Row[] = []
  let cursor = ''
  do {
    const query = `terminal=seattle-01&point=${point}&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000${cursor}`
    const page = await getJson<{ items: Row[]; next: string | null }>(`${api}/readings?${query}`)
    found.push(...page.items)
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (cursor !== '')
  return found
}

t.test('values of a foreign station are read back equal from DuckDB', { skip: pymodbusMissing }, async (t) => {
  const { api, truth } = await stageWith(t, [])
  for (const [column, point] of points.entries()) {
    const stored = await eventually(async () => {
      const found = await readBack(api, point)
      return found.length >= rows ? found : undefined
    })
    const expected = truth()
      .slice(0, rows)
      .map((row) => row[column])
    t.same(
      stored.slice(0, rows).map((row) => row.value),
      expected,
      `${rows} rows of ${point}`,
    )
  }
})

t.test(
  'values of a foreign station are read back equal from InfluxDB by its own client',
  { skip: pymodbusMissing || influxdMissing },
  async (t) => {
    const influxd = await startInfluxd()
    t.teardown(() => influxd.stop())
    const { api, truth } = await stageWith(t, ['--store', 'influxdb', '--store-url', `${influxd.url}/civitals`])
    for (const [column, point] of points.entries()) {
      const expected = truth()
        .slice(0, rows)
        .map((row) => row[column])
      const query = `SELECT ${point} FROM weather WHERE terminal = 'seattle-01'`
      const told = await eventually(async () => {
        const printed = await influxd.cli('civitals', query)
        const values = printed.slice(1).map((line) => Number(line.split(',')[2]))
        return values.length >= rows ? values : undefined
      })
      t.same(told.slice(0, rows), expected, `${rows} rows of ${point} by influx`)
      t.same(
        (await readBack(api, point)).slice(0, rows).map((row) => row.value),
        expected,
        `${point} by the API`,
      )
    }
  },
)
