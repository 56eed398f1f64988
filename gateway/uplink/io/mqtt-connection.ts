import { connect as dial, type Socket } from 'node:net'
import type { Clock } from '@civitals/contracts/clock'
import type { Reply } from '@civitals/contracts/command'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import { topicOf } from '@civitals/contracts/topics'
import { MqttClient } from 'mqtt'
import mqttPacket from 'mqtt-packet'
import { readAcknowledgement } from '../acknowledgement.ts'
import { type Connect, type Connection, type ConnectOptions, endedQuietly, type Lane } from '../connection.ts'

export interface MqttLinkOptions {
  readonly gateway: string
  /** `mqtt://HOST[:PORT]`. */
  readonly url: string
  /** Asked at each attempt, so that a changed secret counts without a restart. */
  readonly password: () => string
  readonly clock: Clock
  /** Of envelopes: the spool holds them until the centre's acknowledgement, whatever the broker receipts. Default 1. */
  readonly qos?: 0 | 1
}

// mqtt.js would keep a buffer for each of the 65,536 packet ids: 7 MB that an edge box has better use for.
mqttPacket.writeToStream.cacheNumbers = false

const keepaliveS = 15
/** CONNACK return code [MQTT-3.1.1 3.2.2.3]: the centre says by it that it keeps another box of this id. */
const identifierRejected = 2
const connectTimeoutMs = 10_000
const goodbyeMs = 700
const retained = { qos: 1, retain: true } as const

/**
 * Sessions over MQTT 3.1.1, a new client for each: mqtt.js would keep publishes of a broken session in memory and send them at its
 * own time; the spool is the only queue here.
 */
export const mqttLink =
  (link: MqttLinkOptions): Connect =>
  async (options) => {
    const connection = new MqttConnection(link, options)
    try {
      await connection.established(options.signal)
    } catch (error) {
      connection.destroy()
      throw error
    }
    return connection
  }

class MqttConnection implements Connection {
  readonly closed: Promise<string>
  heardAt: number
  readonly #link: MqttLinkOptions
  readonly #client: MqttClient
  #socket: Socket | undefined
  #lastError: Error | undefined
  #nextStatus: GatewayStatus | undefined
  #statusUnderWay = false

  constructor(link: MqttLinkOptions, options: ConnectOptions) {
    this.#link = link
    this.heardAt = link.clock.mono()
    this.#client = this.#open(options)
    this.#client.on('packetreceive', () => {
      this.heardAt = link.clock.mono()
    })
    this.#client.on('error', (error) => {
      this.#lastError = error
    })
    this.#client.on('message', (topic, payload) => {
      if (topic === topicOf(link.gateway, 'command')) options.onCommand(payload)
      if (topic !== topicOf(link.gateway, 'ack')) return
      const acknowledgement = readAcknowledgement(payload)
      if (acknowledgement) options.onAcknowledgement(acknowledgement)
    })
    this.closed = new Promise((resolve) => {
      this.#client.on('close', () => resolve(this.#lastError?.message ?? endedQuietly))
    })
  }

  get bytesSent(): number {
    return this.#socket?.bytesWritten ?? 0
  }

  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0
  }

  async established(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.destroy()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#connected()
      const [ack, command] = [topicOf(this.#link.gateway, 'ack'), topicOf(this.#link.gateway, 'command')]
      const granted = await this.#client.subscribeAsync({ [ack]: { qos: 0 }, [command]: { qos: 1 } })
      // A broker of others may not let commands through; readings do not depend on them.
      if (granted.some(({ topic, qos }) => topic === ack && qos === 128))
        throw this.#refused('the broker refuses the subscription to acknowledgements')
    } catch (error) {
      throw error instanceof CivitalsError ? error : this.#refused((error as Error).message)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  send(lane: Lane, payload: Uint8Array): void {
    this.#publish(`telemetry/${lane}`, payload, { qos: this.#link.qos ?? 1, retain: false })
  }

  sendConfigurations(payload: Uint8Array): void {
    this.#publish('config/state', payload, retained)
  }

  sendReply(reply: Reply): void {
    this.#publish('reply', JSON.stringify(reply), { qos: 1, retain: false })
  }

  sendStatus(status: GatewayStatus): void {
    this.#nextStatus = status
    if (!this.#statusUnderWay) this.#sendNextStatus()
  }

  /** On a thin or held link statuses would pile up in the library, each saying what the next says better. */
  #sendNextStatus(): void {
    const status = this.#nextStatus
    this.#nextStatus = undefined
    this.#statusUnderWay = status !== undefined && this.#client.connected
    if (!status) return
    this.#publish('status', JSON.stringify(status), retained, () => this.#sendNextStatus())
  }

  async end(last: GatewayStatus): Promise<void> {
    if (!this.#client.connected) return this.destroy()
    const timer = this.#link.clock.after(goodbyeMs, () => this.destroy())
    this.#publish('status', JSON.stringify(last), retained, () => this.#client.end())
    await this.closed
    timer.cancel()
  }

  destroy(): void {
    this.#client.end(true)
    this.#socket?.destroy()
  }

  #publish(
    kind: Parameters<typeof topicOf>[1],
    payload: Uint8Array | string,
    options: { readonly qos: 0 | 1; readonly retain: boolean },
    done?: () => void,
  ): void {
    if (!this.#client.connected) return
    const bytes =
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length)
    this.#client.publish(topicOf(this.#link.gateway, kind), bytes, options, done)
  }

  #open({ lastWill }: ConnectOptions): MqttClient {
    const { gateway, url, password } = this.#link
    const { hostname, port } = new URL(url)
    const streamBuilder = (): Socket => {
      this.#socket = dial({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 1883), noDelay: true })
      return this.#socket
    }
    return new MqttClient(streamBuilder as unknown as ConstructorParameters<typeof MqttClient>[0], {
      clientId: gateway,
      username: gateway,
      password: password(),
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: topicOf(gateway, 'status'), payload: Buffer.from(JSON.stringify(lastWill)), qos: 1, retain: true },
    })
  }

  #connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.once('connect', () => resolve())
      this.closed.then((reason) => reject(this.#refused(reason)))
    })
  }

  #refused(reason: string): CivitalsError {
    const { url, gateway } = this.#link
    const cloned = (this.#lastError as { code?: unknown } | undefined)?.code === identifierRejected
    const code = cloned ? 'CIV_GATEWAY_UPLINK_CLONED' : 'CIV_GATEWAY_UPLINK_CONNECT'
    return new CivitalsError(code, reason, { retryable: true, context: { url, gateway } })
  }
}
