import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Clock, sleep } from '@civitals/contracts/clock'
import { type MqttJsonReader, mostMessageBytes, tooLong } from '@civitals/firmware-bridge/mqtt-json/reader'
import { MqttClient } from 'mqtt'
import { backoffMs } from '../../uplink/backoff.ts'
import { brokerOf } from '../broker-url.ts'
import { PacketSieve } from '../packet-sieve.ts'
import { Refusals } from '../refusals.ts'
import type { Hearing, Refused, ReportSource, SourceCounters } from '../report-source.ts'
import { SievedStream } from '../sieved-stream.ts'
import { matchesFilter } from '../topic-filter.ts'

export interface MqttSourceOptions {
  /** `mqtt://HOST[:PORT]`, or `mqtts://` with TLS. */
  readonly url: string
  /** Certificate (PEM) the broker's is signed by. Default: those Node knows. */
  readonly ca?: string
  readonly topics: readonly string[]
  readonly clientId: string
  readonly username?: string
  /** Asked at each attempt, so that a changed secret counts without a restart. */
  readonly password?: () => string
  readonly reader: Pick<MqttJsonReader, 'read'>
  /** One spelling of each address. */
  readonly spell?: (address: string) => string
  readonly clock: Clock
  readonly random: () => number
}

const keepaliveS = 15
const connectTimeoutMs = 10_000

/**
 * Terminals that report through a broker. The session is kept there under the client id, so that what comes while the link is down is delivered
 * later, as far as the broker keeps it. A new client for each connection, and reconnection of its own, as of the uplink.
 */
export class MqttSource implements ReportSource {
  readonly spell: (address: string) => string
  readonly #options: MqttSourceOptions
  readonly #refusals = new Refusals()
  #connected = false

  constructor(options: MqttSourceOptions) {
    this.#options = options
    this.spell = options.spell ?? ((address) => address)
  }

  get health(): SourceCounters {
    return { connected: this.#connected, connections: this.#connected ? 1 : 0, refused: this.#refusals.counts }
  }

  async run(hearing: Hearing, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    let failures = 0
    while (!signal.aborted) {
      const { why, worked } = await this.#session(hearing, signal)
      if (signal.aborted) return
      hearing.trouble(why)
      failures = worked ? 1 : failures + 1
      await sleep(clock, backoffMs(failures, random), signal).catch(() => undefined)
    }
  }

  /** One connection, from its attempt to its end. */
  async #session(hearing: Hearing, signal: AbortSignal): Promise<{ readonly why: string; readonly worked: boolean }> {
    let why = 'connection closed'
    let worked = false
    const { client, socket } = this.#open((bytes) => this.#refused(tooLong(bytes), hearing))
    const end = (reason: string): void => {
      why = reason
      client.end(true)
      socket()?.destroy()
    }
    const stop = (): void => end('stopped')
    signal.addEventListener('abort', stop, { once: true })
    client.on('error', (error) => {
      why = error.message
    })
    client.on('connect', () => {
      this.#subscribe(client).then(
        () => {
          worked = true
          this.#connected = true
          hearing.trouble(undefined)
        },
        (error: Error) => end(error.message),
      )
    })
    client.on('message', (topic, payload, { retain, dup }) =>
      this.#take({ topic, payload, retained: retain, again: dup }, hearing),
    )
    await new Promise<void>((resolve) => client.once('close', () => resolve()))
    this.#connected = false
    signal.removeEventListener('abort', stop)
    client.end(true)
    return { why, worked }
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { topics } = this.#options
    const granted = await client.subscribeAsync([...topics], { qos: 1 })
    const refused = granted.find(({ qos }) => qos === 128)
    if (refused) throw new Error(`the broker refuses the subscription to ${refused.topic}`)
  }

  #take(message: Parameters<MqttJsonReader['read']>[0], hearing: Hearing): void {
    const { reader, topics } = this.#options
    // The kept session may still deliver what an older configuration asked for.
    if (!topics.some((filter) => matchesFilter(filter, message.topic))) return
    const read = reader.read(message)
    if (read.kind === 'refused') this.#refused(read, hearing)
    if (read.kind !== 'report') return
    hearing.heard(read.report.address)
    hearing.report(read.report)
  }

  #refused(fault: Refused, hearing: Hearing): void {
    this.#refusals.add(fault.check)
    hearing.refused(fault)
  }

  #open(onTooLong: (bytes: number) => void): {
    readonly client: MqttClient
    readonly socket: () => Socket | undefined
  } {
    const { url, ca, clientId, username, password, clock } = this.#options
    let socket: Socket | undefined
    const streamBuilder = (): SievedStream => {
      socket = dialBroker(url, ca)
      return new SievedStream(socket, new PacketSieve(mostMessageBytes, onTooLong), clock)
    }
    const client = new MqttClient(streamBuilder as unknown as ConstructorParameters<typeof MqttClient>[0], {
      ...{ clientId, protocolId: 'MQTT', protocolVersion: 4, clean: false },
      ...(username !== undefined && { username }),
      ...(password && { password: password() }),
      ...{ keepalive: keepaliveS, connectTimeout: connectTimeoutMs, reconnectPeriod: 0 },
      ...{ queueQoSZero: false, resubscribe: false },
    })
    return { client, socket: () => socket }
  }
}

function dialBroker(url: string, ca: string | undefined): Socket {
  const { host, port, tls } = brokerOf(url)
  if (!tls) return connect({ host, port, noDelay: true })
  const name = isIP(host) === 0 ? { servername: host } : {}
  const socket = connectTls({ ...{ host, port }, ...name, ...(ca !== undefined && { ca }) })
  return socket.setNoDelay(true)
}
