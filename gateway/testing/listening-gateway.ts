import { connect, type Socket } from 'node:net'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { decodeEnvelope, type Sample } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import type { ElementPoint, ElementProfile, Profile } from '@civitals/firmware-bridge/profile'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { Prepared } from '../config/io/prepare.ts'
import type { LineConfig } from '../config/schema.ts'
import { Gateway } from '../gateway.ts'
import { Assembly } from '../lines/assemble.ts'
import { openLines } from '../lines/io/open-line.ts'
import { memorySpool } from '../spool/memory.ts'
import { ScriptedCentre } from '../uplink/scripted-centre.ts'

/** A profile of a protocol with keys of its own, its points by those keys. */
export const elementProfile = (
  protocol: ElementProfile['protocol'],
  points: Readonly<Record<string, ElementPoint['read']>>,
  reportEvery = '60s',
): ElementProfile => ({
  ...{ profile: protocol, version: 1, kind: 'test', group: 'test', protocol, source: 'test', reportEvery },
  name: { zh: protocol, en: protocol },
  points: Object.entries(points).map(([id, read]) => ({
    ...{ id, name: { zh: id, en: id }, unit: 'none', class: 'normal', resolution: 0.01, range: [-1000, 1000], read },
  })),
})

export const prepared = (lines: LineConfig[], profiles: readonly Profile[]): Prepared => ({
  hash: 'c0ffee',
  profiles: Object.fromEntries(profiles.map((profile) => [profile.profile, profile])),
  settings: {
    ...{
      gateway: 'gw-01',
      url: 'mqtt://centre',
      password: { env: 'SECRET' },
      metered: false,
      qos: 1,
      spoolFolder: '/spool',
    },
    ...{ budgetBytes: 1e9, periods: { alarm: 100, normal: 100, bulk: 1000 }, lines },
  },
})

/** A whole gateway on real sockets and ports, whose wall clock starts at `startAt`; what it sends is kept in memory. Ends with the test. */
export async function listeningGateway(t: Test, lines: LineConfig[], profiles: readonly Profile[], startAt?: EpochMs) {
  const offset = startAt === undefined ? 0 : startAt - systemClock.now()
  const clock: Clock = {
    now: () => systemClock.now() + offset,
    mono: () => systemClock.mono(),
    after: (delayMs, work) => systemClock.after(delayMs, work),
  }
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const spool = memorySpool({ id: 's1', limits, clock })
  const centre = new ScriptedCentre(clock)
  const logged: { readonly msg: string; readonly detail?: string; readonly dtu?: string }[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) })
  const strange = (stranger: object): void => logger.warn(stranger, 'a DTU no line has')
  const assembly = new Assembly(openLines(clock, 'gw-01', strange))
  const gateway = new Gateway({
    ...{ lines: await assembly.lines(prepared(lines, profiles)), spool, clock, connect: centre.connect, logger },
    ...{ random: () => 0, periods: { alarm: 100, normal: 100, bulk: 1000 }, config: 'c0ffee', version: '0.0.0' },
    lingerMs: 10,
  })
  const stop = new AbortController()
  const running = gateway.run(stop.signal)
  t.teardown(async () => {
    stop.abort()
    await running
  })
  const samples = (): Sample[] =>
    centre.arrivals.flatMap(({ payload }) => {
      const decoded = decodeEnvelope(payload)
      return decoded.ok ? decoded.envelope.samples : []
    })
  const reload = async (changed: LineConfig[], others: readonly Profile[] = profiles): Promise<void> => {
    const { settings } = prepared(changed, others)
    await gateway.reload({
      lines: await assembly.lines(prepared(changed, others)),
      periods: settings.periods,
      config: 'changed',
    })
  }
  return { gateway, samples, logged, reload, status: () => gateway.status().lines?.[0] }
}

/** Resolves once `what` holds; fails the test when it does not within 5 s. */
export async function until(t: Test, what: () => boolean, name: string, patienceMs = 5000): Promise<void> {
  const end = systemClock.mono() + patienceMs
  while (!what() && systemClock.mono() < end)
    await new Promise((resolve) => systemClock.after(10, () => resolve(undefined)))
  t.ok(what(), name)
}

export interface Caller {
  readonly socket: Socket
  /** All it was sent. */
  heard(): Buffer
  readonly closed: () => boolean
}

/** Dials in, again until somebody listens. */
export async function dialIn(t: Test, port: number): Promise<Caller> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (!up) {
      await new Promise((resolve) => systemClock.after(20, () => resolve(undefined)))
      continue
    }
    const chunks: Buffer[] = []
    let closed = false
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => {
      closed = true
    })
    socket.on('error', () => undefined)
    t.teardown(() => socket.destroy())
    return { socket, heard: () => Buffer.concat(chunks), closed: () => closed }
  }
}
