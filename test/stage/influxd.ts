// A real InfluxDB 1.6.7 (Debian's influxdb) on its own ports and folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ending, eventually, freePort, start, temporaryFolder } from './process.ts'

export interface Influxd {
  readonly url: string
  readonly port: number
}

export async function startInfluxd(t: Ending): Promise<Influxd> {
  const folder = temporaryFolder(t)
  const [port, rpc] = [await freePort(), await freePort()]
  const config = `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
`
  writeFileSync(join(folder, 'influxdb.conf'), config)
  start(t, 'influxd', ['-config', join(folder, 'influxdb.conf')])
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => ((await fetch(`${url}/ping`)).status === 204 ? true : undefined))
  return { url, port }
}
