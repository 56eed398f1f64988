// A city of many gateways, the centre that knows it, and gateways with the real uplink over spools in memory or on disk.
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline, Transform } from 'node:stream'
import type { Sample } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { stringify } from 'yaml'
import type { Spool } from '../../../gateway/spool/spool.ts'
import { mqttLink } from '../../../gateway/uplink/io/mqtt-connection.ts'
import { Uplink } from '../../../gateway/uplink/uplink.ts'
import { civitals, type Ending, type Running } from '../../../test/stage/process.ts'

const profileId = 'air-weather-station'
const profile = (await shippedProfiles(new Set([profileId]))).get(profileId)

export interface Fleet {
  readonly gateways: readonly string[]
  readonly terminalsEach: number
}

export const fleetOf = (gateways: number, terminalsEach: number): Fleet => ({
  gateways: Array.from({ length: gateways }, (_, place) => `gw-${String(place).padStart(4, '0')}`),
  terminalsEach,
})

const terminalOf = (gateway: string, place: number): string => `${gateway}-t${place}`

/** One sample of every terminal of a gateway, every point in the middle of its range. */
export function samplesAt(gateway: string, at: number, terminals: number): Sample[] {
  const points = profile?.points ?? []
  const values = Object.fromEntries(points.map(({ id, range }) => [id, Math.round((range[0] + range[1]) / 2)]))
  return Array.from({ length: terminals }, (_, place) => ({
    ...{ terminal: terminalOf(gateway, place), at, clock: 'synced' as const, values },
  }))
}

/** Readings of one terminal's sample. */
export const pointsEach: number = profile?.points.length ?? 0

export interface FleetCentre {
  readonly running: Running
  readonly brokerPort: number
  readonly api: string
  passwordOf(gateway: string): string
}

function cityOf({ gateways, terminalsEach }: Fleet): object {
  const name = (text: string) => ({ zh: text, en: text })
  const id = '440607'
  return {
    ...{ id, name: name('bench'), timeZone: 'Asia/Shanghai', areas: [{ id, level: 'district', name: name('bench') }] },
    sites: [{ id: 's', area: id, name: name('s'), position: { longitude: 112.9, latitude: 23.2, datum: 'WGS-84' } }],
    gateways: gateways.map((gateway) => ({ id: gateway, name: name(gateway) })),
    terminals: gateways.flatMap((gateway) =>
      Array.from({ length: terminalsEach }, (_, place) => ({
        ...{ id: terminalOf(gateway, place), profile: profileId, gateway, site: 's' },
      })),
    ),
  }
}

/** Starts `civitals up` for the fleet; `again` starts it anew on the same folder and ports. */
export async function startFleetCentre(
  ending: Ending,
  fleet: Fleet,
  folder: string,
): Promise<FleetCentre & { again(): Promise<Running> }> {
  const [port, brokerPort] = [await freePort(), await freePort()]
  const [city, data] = [join(folder, 'city.yaml'), join(folder, 'data')]
  writeFileSync(city, stringify(cityOf(fleet)))
  const words = ['up', '--no-simulator', '--city', city, '--data', data]
  const again = async (): Promise<Running> => {
    const centre = civitals(ending, ...words, '--port', String(port), '--broker-port', String(brokerPort))
    await centre.prints(/Civitals is ready/, 120_000)
    return centre
  }
  const passwordOf = (gateway: string): string =>
    readFileSync(join(data, 'secrets', `${gateway}.password`), 'utf8').trim()
  return { running: await again(), brokerPort, api: `http://127.0.0.1:${port}/api/v1`, passwordOf, again }
}

export interface Member {
  readonly uplink: Uplink
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** Runs the real uplink of one gateway over a spool. `onConnected` is told of every session. */
export function startMember(
  gateway: string,
  spool: Spool,
  port: number,
  password: string,
  onConnected: () => void,
): Member {
  const uplink = new Uplink({
    connect: mqttLink({ gateway, url: `mqtt://127.0.0.1:${port}`, password: () => password, clock: systemClock }),
    ...{ spool, clock: systemClock, random: Math.random, onConnected },
    status: () => ({ online: true, at: systemClock.now(), spool: { id: spool.id, ...spool.counters() } }),
    onFailure: (error) => {
      throw error
    },
  })
  const stop = new AbortController()
  return { uplink, stop, ended: uplink.run(stop.signal) }
}

/** A link of so many ms each way in front of `target`; returns its port. */
export async function slowLink(ending: Ending, target: number, delayMs: number): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    pipeline(near, delayed(delayMs), far, () => near.destroy())
    pipeline(far, delayed(delayMs), near, () => far.destroy())
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  ending.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return port
}

/** Each piece goes on so long after it came, whatever follows it. */
function delayed(ms: number): Transform {
  return new Transform({
    highWaterMark: 1 << 20,
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(() => this.push(chunk), ms)
      done()
    },
    flush(done) {
      setTimeout(done, ms)
    },
  })
}
