// A real InfluxDB 1.x for tests: Debian's influxd on ports and a folder of its own.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '@civitals/contracts/testing/free-port'

/** Why tests on InfluxDB must be skipped here, or false. */
export const influxdMissing: string | false =
  spawnSync('influxd', ['version']).status === 0 && spawnSync('influx', ['-version']).status === 0
    ? false
    : 'Debian packages influxdb and influxdb-client are not installed'

export interface Influxd {
  readonly url: string
  /** Runs one InfluxQL statement by the `influx` command line: its CSV lines, header first. */
  cli(database: string, influxql: string): Promise<string[]>
  /** Ends the server at once, as a crash does; its files stay. */
  kill(): Promise<void>
  /** Stops it in its tracks, connections and all, or lets it go on. */
  stall(stalled: boolean): void
  /** Starts it again on the same port and files. */
  restart(): Promise<void>
  /** Starts it where no writer finds it and ends it again: it cuts a broken end off its log. */
  mend(): Promise<void>
  /** Ends the server and removes its files. */
  stop(): Promise<void>
}

export interface InfluxdOptions {
  /** Where its files go, e.g. a small file system; one of its own by default. */
  readonly folder?: string
  /** Asks for user and password. */
  readonly authentication?: boolean
}

/** Starts one and waits until it answers. */
export async function startInfluxd({ folder: given, authentication }: InfluxdOptions = {}): Promise<Influxd> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'civitals-influxd-'))
  const [http, rpc] = [await freePort(), await freePort()]
  const config = join(folder, 'influxdb.conf')
  writeFileSync(config, configuration(folder, rpc, authentication ?? false))
  let child = await launch(config, http)
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return {
    url: `http://127.0.0.1:${http}`,
    cli: async (database, influxql) => {
      const args = [
        '-port',
        String(http),
        '-database',
        database,
        '-precision',
        'ms',
        '-format',
        'csv',
        '-execute',
        influxql,
      ]
      const { stdout } = await promisify(execFile)('influx', args)
      return stdout.split('\n').filter((line) => line !== '')
    },
    kill,
    stall: (stalled) => void child.kill(stalled ? 'SIGSTOP' : 'SIGCONT'),
    restart: async () => {
      child = await launch(config, http)
    },
    mend: async () => {
      child = await launch(config, await freePort())
      await kill()
    },
    stop: async () => {
      await kill()
      if (given === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launch(config: string, port: number): Promise<ChildProcess> {
  const env = { ...process.env, INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}` }
  const child = spawn('influxd', ['-config', config], { stdio: 'ignore', env })
  // A test that dies must not leave its server behind.
  const endWithUs = (): boolean => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break
    const answer = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined)
    if (answer?.status === 204) return child
    await setTimeout(50)
  }
  child.kill('SIGKILL')
  throw new Error(`influxd does not answer on port ${port}`)
}

function configuration(folder: string, rpc: number, authentication: boolean): string {
  const place = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true })
    return JSON.stringify(join(folder, name))
  }
  return `reporting-enabled = false
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = ${place('meta')}
[data]
  dir = ${place('data')}
  wal-dir = ${place('wal')}
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  log-enabled = false
  auth-enabled = ${authentication}
`
}
