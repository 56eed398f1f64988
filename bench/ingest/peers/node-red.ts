// Node-RED with node-red-contrib-influxdb as a person would set them up between a broker and InfluxDB: Mosquitto as Debian ships it, MQTT in -> function
// -> batch out. Installed by npm into a folder of its own when a bench asks for it; no dependency of the project.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { mosquitto } from '@civitals/gateway/testing/mosquitto'
import { type Ending, start, temporaryFolder } from '../../../test/stage/process.ts'

export const versions = { 'node-red': '5.0.7', 'node-red-contrib-influxdb': '0.7.0' } as const

/** Where Node-RED is installed. `given` is used again when it is there. Throws with what npm said. */
export function installedNodeRed(ending: Ending, given?: string): string {
  const folder = given ?? temporaryFolder(ending)
  if (existsSync(join(folder, 'node_modules/node-red/red.js'))) return folder
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', folder, ...quiet, ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return folder
}

export interface NodeRed {
  readonly brokerPort: number
  /** Of Mosquitto and of Node-RED. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Points of a write, as many as the official client's default batch; what has not come to so many goes after a second. */
const batchPoints = 5_000

/** What the function node does with each envelope; `msg.payload` is parsed by the MQTT node. The batch node's own documentation names this shape. */
const gather = `
for (const { terminal, at, values } of msg.payload.samples) {
  points.push({ measurement: 'bench', fields: values, tags: { terminal }, timestamp: at })
}
context.set('points', points)
if (points.length < ${batchPoints}) return null
context.set('points', [])
return { payload: points }`

const flushEachSecond = `
context.set('points', [])
context.set('timer', setInterval(() => {
  const points = context.get('points')
  if (points.length === 0) return
  context.set('points', [])
  node.send({ payload: points })
}, 1000))`

const flowOf = (brokerPort: number, influx: URL, database: string): readonly object[] => [
  { id: 'flow', type: 'tab', label: 'bench' },
  {
    ...{ id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(brokerPort), clientid: 'node-red' },
    ...{ autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true },
  },
  {
    ...{ id: 'influx', type: 'influxdb', influxdbVersion: '1.x', protocol: 'http', usetls: false },
    ...{ hostname: influx.hostname, port: influx.port, database },
  },
  {
    ...{ id: 'in', type: 'mqtt in', z: 'flow', topic: 'civitals/v1/+/+/telemetry/live', qos: '1', datatype: 'json' },
    ...{ broker: 'broker', inputs: 0, wires: [['gather']] },
  },
  {
    ...{ id: 'gather', type: 'function', z: 'flow', outputs: 1, wires: [['out']] },
    ...{ func: `const points = context.get('points')\n${gather}`, initialize: flushEachSecond },
    finalize: "clearInterval(context.get('timer'))",
  },
  { id: 'out', type: 'influxdb batch', z: 'flow', influxdb: 'influx', precision: 'ms', retentionPolicy: '', wires: [] },
]

const settings = `module.exports = {
  flowFile: 'flows.json', httpAdminRoot: false, uiHost: '127.0.0.1', uiPort: 0, credentialSecret: false, editorTheme: { tours: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
}
`

export async function startNodeRed(ending: Ending, installed: string, url: string, database: string): Promise<NodeRed> {
  const [folder, brokerPort] = [temporaryFolder(ending), await freePort()]
  const broker = await mosquitto(ending, brokerPort, folder)
  const [settingsFile, flows] = [join(folder, 'settings.js'), join(folder, 'flows.json')]
  writeFileSync(settingsFile, settings)
  writeFileSync(flows, JSON.stringify(flowOf(brokerPort, new URL(url), database)))
  // Where it looks for nodes beside its own.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bench', version: '1.0.0' }))
  const red = join(installed, 'node_modules/node-red/red.js')
  const nodeRed = start(ending, process.execPath, [red, '--settings', settingsFile, '--userDir', folder], {
    NODE_PATH: join(installed, 'node_modules'),
  })
  await nodeRed.prints(/Connected to broker/)
  return {
    brokerPort,
    pids: [broker, nodeRed.child].map(({ pid }) => pid ?? 0),
    stop: async () => {
      await nodeRed.kill('SIGTERM')
      broker.kill('SIGTERM')
    },
  }
}
