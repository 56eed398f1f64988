import { connect as dial, type Socket } from 'node:net'
import type { Clock, Timer } from '@civitals/contracts/clock'
import { type IPublishPacket, MqttClient } from 'mqtt'

/** Where the broker is and how the centre logs in to it. */
export interface BrokerLogin {
  /** `mqtt://HOST[:PORT]`. */
  readonly url: string
  readonly username?: string
  /** Asked at each attempt, so that a changed secret counts without a restart. */
  readonly password?: () => string
  /** Client id of the centre: one centre each. Default `civitals-centre`. */
  readonly clientId?: string
}

export interface BrokerSessionParts {
  readonly login: BrokerLogin
  readonly clock: Clock
  readonly topics: readonly string[]
  /** A message; until `taken` is called nothing more is read from the broker, and this one is not receipted. */
  readonly onMessage: (packet: IPublishPacket, taken: () => void) => void
}

const connectTimeoutMs = 10_000
const goodbyeMs = 700
const keepaliveS = 60
const beatEveryMs = 10_000
/** Without a word for so long the link is half open. */
const silenceMs = 25_000
/** A broker that reads nothing is told nothing more: acknowledgements are whole state. */
const mostUnsentBytes = 4 * 1024 * 1024

/**
 * One session of the centre with a broker of others, never mended: when it ends, the intake makes a new one. The broker keeps what comes while
 * the centre is away, as far as it is set to; whatever it does not keep, the gateways send again.
 */
export class BrokerSession {
  /** Resolves with the cause when the session is over, whoever ended it. */
  readonly closed: Promise<string>
  readonly #parts: BrokerSessionParts
  readonly #client: MqttClient
  #socket: Socket | undefined
  #beat: Timer | undefined
  #heardAt: number
  #held = 0
  #lastError: Error | undefined

  constructor(parts: BrokerSessionParts) {
    this.#parts = parts
    this.#heardAt = parts.clock.mono()
    this.#client = this.#open()
    const client = this.#client
    client.on('packetreceive', () => {
      this.#heardAt = parts.clock.mono()
    })
    client.on('error', (error) => {
      this.#lastError = error
    })
    client.handleMessage = (packet, done) => this.#receive(packet, done)
    // The library would end a session whose broker is not read because the queue is full; `#look` knows the difference.
    client.onKeepaliveTimeout = () => undefined
    this.closed = new Promise((resolve) => {
      client.on('close', () => {
        this.#beat?.cancel()
        resolve(this.#lastError?.message ?? 'connection closed')
      })
    })
  }

  /** Resolves once everything is subscribed to; rejects when the broker does not let us. */
  async established(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.once('connect', () => resolve())
      this.closed.then((reason) => reject(new Error(reason)))
    })
    const granted = await this.#client.subscribeAsync([...this.#parts.topics], { qos: 1 })
    const denied = granted.find(({ qos }) => qos === 128)
    if (denied) throw new Error(`the broker refuses the subscription to ${denied.topic}`)
    this.#beat = this.#parts.clock.after(beatEveryMs, () => this.#look())
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1): void {
    if (!this.#client.connected || (this.#socket?.writableLength ?? 0) > mostUnsentBytes) return
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
    this.#client.publish(topic, bytes, { qos, retain: false }, () => undefined)
  }

  /** Says goodbye; resolves when the socket is gone. */
  async end(): Promise<void> {
    // The library would wait for receipts, which stand behind unread messages when the session is held.
    if (!this.#client.connected || this.#held > 0) this.destroy()
    else this.#client.end()
    const timer = this.#parts.clock.after(goodbyeMs, () => this.destroy())
    await this.closed
    timer.cancel()
  }

  destroy(): void {
    this.#client.end(true)
    this.#socket?.destroy()
  }

  #receive(packet: IPublishPacket, done: () => void): void {
    this.#held++
    this.#parts.onMessage(packet, () => {
      this.#held--
      this.#heardAt = this.#parts.clock.mono()
      done()
    })
  }

  #look(): void {
    const { clock } = this.#parts
    if (this.#held === 0 && clock.mono() - this.#heardAt > silenceMs) {
      this.destroy()
      return
    }
    this.#client.sendPing()
    this.#beat = clock.after(beatEveryMs, () => this.#look())
  }

  #open(): MqttClient {
    const { url, username, password, clientId = 'civitals-centre' } = this.#parts.login
    const { hostname, port } = new URL(url)
    const streamBuilder = (): Socket => {
      this.#socket = dial({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 1883), noDelay: true })
      return this.#socket
    }
    return new MqttClient(streamBuilder as unknown as ConstructorParameters<typeof MqttClient>[0], {
      ...{ clientId, protocolId: 'MQTT', protocolVersion: 4, clean: false },
      ...(username !== undefined && { username }),
      ...(password && { password: password() }),
      ...{ keepalive: keepaliveS, connectTimeout: connectTimeoutMs, reconnectPeriod: 0 },
      ...{ queueQoSZero: false, resubscribe: false },
    })
  }
}
