import { type Clock, sleep } from '@civitals/contracts/clock'
import { decodeStatus } from '@civitals/contracts/status'
import { topicOf } from '@civitals/contracts/topics'
import type { IPublishPacket } from 'mqtt'
import type { Intake, IntakeEvents, IntakeParts, Lane, OpenIntake } from '../port.ts'
import { reconnectMs } from '../reconnect.ts'
import { centreTopics, route } from '../routing.ts'
import { type BrokerLogin, BrokerSession } from './broker-session.ts'

export type { BrokerLogin } from './broker-session.ts'

/** A session that lasted this long was a good one: the next loss starts again with the shortest wait. */
const goodSessionMs = 10_000

/**
 * The way in from a broker of others: any that speaks MQTT 3.1.1. Resolves at once, also while the broker is away; it is dialled until it answers.
 * What the queue has no room for stays in the socket, and its receipt is held back; what the broker then drops, the gateways send again.
 */
export const clientIntake =
  (login: BrokerLogin): OpenIntake =>
  async (parts) =>
    new ClientIntake(login, parts)

class ClientIntake implements Intake {
  readonly port: number
  readonly #login: BrokerLogin
  readonly #parts: IntakeParts
  readonly #clock: Clock
  readonly #events: IntakeEvents
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  /** Gateways whose last status, told in this session, says that they are there. */
  readonly #online = new Set<string>()
  #session: BrokerSession | undefined
  #holding: string | undefined
  #sessions = 0
  #trouble: string | undefined = 'the broker has not answered yet'

  constructor(login: BrokerLogin, parts: IntakeParts) {
    this.port = Number(new URL(login.url).port || 1883)
    this.#login = login
    this.#parts = parts
    this.#clock = parts.clock
    this.#events = parts.events
    this.#running = this.#run()
  }

  connected(): number {
    return this.#online.size
  }

  trouble(): string | undefined {
    return this.#trouble
  }

  figures(): Readonly<Record<string, number>> {
    return { brokerConnected: this.#trouble === undefined ? 1 : 0, brokerSessions: this.#sessions }
  }

  acknowledge(gateway: string, payload: Uint8Array): void {
    this.#session?.publish(topicOf(gateway, 'ack'), payload, 0)
  }

  command(gateway: string, payload: Uint8Array): void {
    if (this.#online.has(gateway)) this.#session?.publish(topicOf(gateway, 'command'), payload, 1)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let attempt = 0
    while (!signal.aborted) {
      const startedAt = this.#clock.mono()
      this.#trouble = await this.#oneSession()
      if (signal.aborted) return
      attempt = this.#clock.mono() - startedAt >= goodSessionMs ? 1 : attempt + 1
      await sleep(this.#clock, reconnectMs(attempt, Math.random), signal).catch(() => undefined)
    }
  }

  /** Resolves with why it ended. */
  async #oneSession(): Promise<string> {
    const { signal } = this.#stop
    this.#online.clear()
    let session: BrokerSession | undefined
    try {
      session = new BrokerSession({
        login: this.#login,
        clock: this.#clock,
        topics: centreTopics,
        onMessage: (packet, taken) => this.#receive(packet, taken),
      })
      const ending = session
      const stop = (): void => void ending.end()
      signal.addEventListener('abort', stop, { once: true })
      // What the broker kept for us comes with the session, before the subscriptions are confirmed, and is answered.
      this.#session = session
      await session.established()
      this.#sessions++
      this.#trouble = undefined
      const reason = await session.closed
      signal.removeEventListener('abort', stop)
      return reason
    } catch (error) {
      session?.destroy()
      return error instanceof Error ? error.message : String(error)
    } finally {
      this.#session = undefined
      // What it still waits to hand over will come again.
      if (this.#holding !== undefined) this.#events.gone(this.#holding)
      this.#holding = undefined
    }
  }

  #receive(packet: IPublishPacket, taken: () => void): void {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const { topic, qos, retain } = packet
    const routed = route({ topic, qos, retain, bytes: payload.length }, this.#parts.hashOf)
    if (!routed.ok) {
      const { denial, gateway } = routed
      this.#events.refused({ at: this.#clock.now(), scope: 'publish', ...denial, ...(gateway && { gateway }) })
      taken()
      return
    }
    const { gateway, kind } = routed
    if (kind === 'telemetry/live' || kind === 'telemetry/backfill') {
      this.#deliver(gateway, kind === 'telemetry/live' ? 'live' : 'backfill', payload, taken)
      return
    }
    if (kind === 'status') this.#heardOf(gateway, payload)
    if (kind === 'config/state') this.#events.configurations(gateway, payload)
    if (kind === 'reply') this.#events.reply(gateway, payload)
    taken()
  }

  #deliver(gateway: string, lane: Lane, payload: Uint8Array, taken: () => void): void {
    this.#holding = gateway
    const over = (): void => {
      this.#holding = undefined
      taken()
    }
    // The broker stands between: the gateway's connection is not ours to end. What was damaged is not taken in, and comes again later.
    this.#events.delivery({ gateway, lane, payload, receivedAt: this.#clock.now() }, over, over)
  }

  /** A status is the first a gateway says once it listens, and its will the last: nothing else tells us who is there. */
  #heardOf(gateway: string, payload: Uint8Array): void {
    if (this.#events.status(gateway, payload) === false) return
    const online = decodeStatus(payload)?.online
    if (online === false) this.#online.delete(gateway)
    if (!online || this.#online.has(gateway)) return
    this.#online.add(gateway)
    this.#events.listening(gateway)
  }
}
