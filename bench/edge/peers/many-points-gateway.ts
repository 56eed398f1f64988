// The gateway as it is, in a process of its own, with terminals of a thousand points: no shipped profile has so many.
//   many-points-gateway.ts FOLDER BROKER-PORT POINTS PORT...
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { destination, pino } from 'pino'
import type { ModbusPoint, Profile } from '../../../firmware-bridge/profile.ts'
import { startGateway } from '../../../gateway/main.ts'

const [folder = '.', broker, points, ...ports] = process.argv.slice(2)

const point = (address: number): ModbusPoint => ({
  id: `p${address}`,
  name: { zh: '点', en: 'point' },
  unit: 'none',
  class: 'normal',
  resolution: 0.1,
  range: [0, 7000],
  read: { function: 'holding', address, type: 'u16', scale: 0.1 },
})
const profile: Profile = {
  ...{ profile: 'thousand', version: 1, kind: 'thousand', group: 'bench', protocol: 'modbus', reportEvery: '60s' },
  ...{ name: { zh: '千点', en: 'thousand' }, source: 'bench' },
  points: Array.from({ length: Number(points) }, (_, address) => point(address)),
}

writeFileSync(join(folder, 'password'), 'bench\n')
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const settings = {
  ...{ gateway: 'gw-bench', url: `mqtt://127.0.0.1:${broker}`, password: { file: join(folder, 'password') } },
  ...{ metered: false, spoolFolder: join(folder, 'spool'), budgetBytes: 2 ** 29 },
  periods: { alarm: 1000, normal: 1000, bulk: 1000 },
  lines: ports.map((port, line) => ({
    id: `line-${line}`,
    transport: { kind: 'modbus-tcp' as const, host: '127.0.0.1', port: Number(port) },
    terminals: [{ id: `t${line}`, unit: 1, profile: 'thousand' }],
  })),
}
const logger = pino({ base: null }, destination({ dest: 2, sync: false }))
const prepared = { settings, hash: 'bench', profiles: { thousand: profile } }
const running = await startGateway(prepared, { configFile: '', logger, signal: stop.signal })
// A poll is late by what its thread was busy with something else.
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('SIGUSR2', () => delay.reset())
await running.stopped
process.stdout.write(
  `delay p50 ${delay.percentile(50) / 1e6} p99 ${delay.percentile(99) / 1e6} max ${delay.max / 1e6} ms\n`,
)
