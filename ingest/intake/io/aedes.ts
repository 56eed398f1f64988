import type { Clock } from '@civitals/contracts/clock'
import { gatewayOfDoctor } from '@civitals/contracts/doctor-client'
import { maxWireBytes } from '@civitals/contracts/envelope'
import { topicOf } from '@civitals/contracts/topics'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import { type Access, type Denial, mayPublish, maySubscribe } from '../../broker/access.ts'
import { Allowances, type GatewayFlow } from '../../broker/allowance.ts'
import type { Flow } from '../../broker/bucket.ts'
import { Credentials, type Login } from '../../broker/credentials.ts'
import { maxPublishHeader } from '../../broker/frame-limits.ts'
import { Door } from '../../broker/io/door.ts'
import { FrameGuard } from '../../broker/io/frame-guard.ts'
import { LoginTurns } from '../../broker/login-turns.ts'
import type { Delivery, Identity, Intake, IntakeEvents, IntakeParts, Refusal } from '../port.ts'
import { bytesOf, clientOf, idOf, isDoctor, loginOf, peerOf, refusal } from './aedes-packets.ts'
import { Session } from './session.ts'

export interface AedesIntakeOptions extends IntakeParts {
  /** Time for CONNECT to arrive, ms. Default 5,000. */
  readonly connectTimeoutMs?: number
  /** What one gateway may send. */
  readonly flow?: GatewayFlow
  /** Connections from one address. */
  readonly connections?: Flow
  /** Sockets that have not logged in, at most. */
  readonly maxStrangers?: number
}

/** Longest keep-alive a gateway may ask for, seconds: a dead link is noticed within one and a half of it [MQTT-3.1.2-24]. */
const keepaliveLimit = 300
/** A peer that takes nothing for so long is cut off: one frozen subscriber would hold up the whole broker. */
const drainTimeout = 2_000

/** Opens the broker and its door. Errors: CIV_INGEST_PORT_TAKEN, CIV_INGEST_LISTEN_FAILED. */
export async function openAedesIntake(options: AedesIntakeOptions): Promise<Intake> {
  const broker = await Aedes.createBroker({
    connectTimeout: options.connectTimeoutMs ?? 5_000,
    drainTimeout,
    keepaliveLimit,
    maxTopicLevels: 8,
  })
  const intake = new AedesIntake(broker, options)
  try {
    await intake.door.listen(options.listen)
  } catch (error) {
    await intake.close()
    throw error
  }
  return intake
}

class AedesIntake implements Intake {
  readonly #broker: Aedes
  readonly #clock: Clock
  readonly #events: IntakeEvents
  readonly #credentials: Credentials
  readonly #logins = new WeakMap<Client, Login>()
  readonly #allowances: Allowances
  readonly #sessions = new Map<string, Session>()
  readonly #turns = new LoginTurns()
  readonly #identity: Identity | undefined
  readonly door: Door
  readonly #cutOff = new WeakSet<Client>()
  #closed = false

  constructor(broker: Aedes, options: AedesIntakeOptions) {
    const { clock, events, hashOf, flow, connections, maxStrangers } = options
    this.#broker = broker
    this.#clock = clock
    this.#events = events
    this.#identity = options.identity
    this.#credentials = new Credentials(hashOf)
    this.#allowances = new Allowances(clock, flow)
    this.door = new Door({
      clock,
      onGuard: (guard) => broker.handle(guard),
      onRefused: (denial, guard) => this.#refuse('connection', denial, guard && this.#idBehind(guard)),
      ...(connections && { connections }),
      ...(maxStrangers !== undefined && { maxStrangers }),
    })
    this.#hook()
  }

  get port(): number {
    return this.door.port
  }

  connected(): number {
    return [...this.#sessions.keys()].filter((id) => gatewayOfDoctor(id) === undefined).length
  }

  figures(): Readonly<Record<string, number>> {
    return this.door.figures()
  }

  acknowledge(gateway: string, payload: Uint8Array): void {
    this.#tell(gateway, topicOf(gateway, 'ack'), 0, payload)
  }

  command(gateway: string, payload: Uint8Array): void {
    this.#tell(gateway, topicOf(gateway, 'command'), 1, payload)
  }

  #tell(gateway: string, topic: string, qos: 0 | 1, payload: Uint8Array): void {
    this.#sessions.get(gateway)?.tell(topic, qos, payload, () => this.#events.listening(gateway))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const stopped = this.door.close()
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()))
    await stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #hook(): void {
    const broker = this.#broker
    broker.preConnect = (client, packet, done) => {
      this.#logins.set(client, loginOf(packet))
      // No session outlives its connection [MQTT-3.1.2-6]: nothing of the protocol rests on one, and what would wait in it has no bound.
      ;(packet as { clean: boolean }).clean = true
      done(null, true)
    }
    broker.authenticate = (client, _username, _password, done) => {
      this.#authenticate(client).then(
        (denial) => (denial ? done(refusal(denial), false) : void this.#inTurn(client, () => done(null, true))),
        () => done(refusal(), false),
      )
    }
    broker.authorizePublish = (client, packet, done) => this.#authorizePublish(client, packet, done)
    broker.authorizeSubscribe = (client, subscription, done) =>
      done(null, this.#maySubscribe(client, subscription.topic) ? subscription : null)
    broker.on('subscribe', (subscriptions, client) => {
      for (const { topic } of subscriptions)
        if (maySubscribe(client.id, topic).ok) this.#sessions.get(client.id)?.granted(topic)
      if (subscriptions.some(({ topic }) => topic === topicOf(client.id, 'ack'))) this.#events.listening(client.id)
      this.#tellTime(client, subscriptions)
    })
    broker.on('unsubscribe', (topics, client) => {
      for (const topic of topics) this.#sessions.get(client.id)?.left(topic)
    })
    broker.on('client', (client) => {
      if (client.conn instanceof FrameGuard && !client.closed)
        this.#sessions.set(client.id, new Session(client, client.conn, this.#logins.get(client)?.keepaliveS ?? 60))
    })
    broker.on('clientDisconnect', (client) => {
      if (this.#sessions.get(client.id)?.client === client) this.#sessions.delete(client.id)
      if (!isDoctor(client)) this.#events.gone(client.id)
    })
    broker.on('connectionError', (client, error) => this.#strangerFailed(client, error))
    broker.on('clientError', (client, error) => this.#clientFailed(client, error))
    // A fault of one packet must not take the process down; what it concerned was never acknowledged.
    ;(broker as NodeJS.EventEmitter).on('error', () => undefined)
  }

  #maySubscribe(client: Client, topic: string): boolean {
    const access = maySubscribe(client.id, topic)
    if (access.ok) return true
    const refused = this.#sessions.get(client.id)?.refusedSubscription() ?? 'more'
    if (refused === 'listed') this.#refuse('publish', access.denial, client.id)
    if (refused === 'last straw') {
      this.#refuse('connection', { reason: 'protocol violation', detail: 'too many refused subscriptions' }, client.id)
      client.conn.destroy()
    }
    return false
  }

  async #authenticate(client: Client): Promise<Denial | undefined> {
    const login = this.#logins.get(client)
    const guard = client.conn
    if (!login || !(guard instanceof FrameGuard)) return { reason: 'protocol violation', detail: 'no login' }
    const denial = (await this.#credentials.judge(login)) ?? this.#cloneDenial(client, login)
    if (denial) {
      this.#refuse('connection', { ...denial, detail: `${guard.peer}: ${denial.detail}` }, idOf(login))
      return denial
    }
    this.door.welcome(guard)
    guard.open(maxWireBytes + maxPublishHeader, this.#allowances.of(client.id))
    return undefined
  }

  /** A box that is refused does not get as far as ending the session of the one that is kept. */
  #cloneDenial({ id }: Client, { boot }: Login): Denial | undefined {
    if (gatewayOfDoctor(id) !== undefined || !this.#identity?.isRefused(id, boot)) return undefined
    return { reason: 'cloned gateway', detail: 'another box with this id' }
  }

  /** Lets a login register when the one before it of the same id has, and waits no longer for one whose socket has gone. */
  async #inTurn(client: Client, register: () => void): Promise<void> {
    const over = await this.#turns.take(client.id)
    if (client.closed || client.conn.destroyed) return over()
    const older = this.#sessions.get(client.id)
    if (older && isAlive(older, this.#clock) && client.conn instanceof FrameGuard && !isDoctor(client))
      this.#identity?.tookOver(client.id, { older: older.guard.peer, newer: client.conn.peer })
    client.once('connected', over)
    client.conn.once('close', over)
    register()
  }

  /** Runs before PUBACK, one packet of a socket chunk after the other; the next chunk is read when all have been called back. */
  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const access: Access = client
      ? mayPublish(client.id, packet)
      : { ok: false, denial: { reason: 'foreign topic', detail: packet.topic } }
    if (!access.ok || !client) {
      if (!access.ok) this.#refuse('publish', access.denial, client?.id)
      done(new Error('refused'))
      return
    }
    const payload = bytesOf(packet.payload)
    if (access.kind === 'telemetry/live' || access.kind === 'telemetry/backfill') {
      const lane = access.kind === 'telemetry/live' ? 'live' : 'backfill'
      const delivery = { gateway: client.id, lane, payload, receivedAt: this.#clock.now() } as const
      this.#deliver(client, delivery, done)
      return
    }
    if (access.kind === 'status' && this.#events.status(client.id, payload, peerOf(client)) === false) {
      done(new Error('refused'))
      return
    }
    if (access.kind === 'config/state' && this.#events.configurations(client.id, payload) === false) {
      done(new Error('damaged'))
      return
    }
    if (access.kind === 'reply') this.#events.reply(client.id, payload)
    done()
  }

  #deliver(client: Client, delivery: Delivery, done: (error?: Error | null) => void): void {
    const session = this.#sessions.get(client.id)
    let state: 'asked' | 'held' | 'over' = 'asked'
    const over = (error?: Error): void => {
      if (state === 'held') session?.release()
      state = 'over'
      done(error)
    }
    this.#events.delivery(
      delivery,
      () => over(),
      () => over(new Error('damaged')),
    )
    if (state !== 'asked' || session?.client !== client) return
    state = 'held'
    session.hold()
  }

  /** Whoever subscribes to the time is told it once: how far the clock of an edge box is off shows in nothing else. */
  #tellTime(client: Client, subscriptions: readonly { readonly topic: string }[]): void {
    const topic = topicOf(gatewayOfDoctor(client.id) ?? client.id, 'time')
    if (!subscriptions.some((subscription) => subscription.topic === topic)) return
    const payload = Buffer.from(JSON.stringify({ now: this.#clock.now() }))
    client.publish({ cmd: 'publish', dup: false, qos: 0, retain: false, topic, payload }, () => undefined)
  }

  /** Only what the guard and the login have not told already: silence instead of CONNECT, bytes that are no MQTT. */
  #strangerFailed(client: Client, error: Error): void {
    const guard = client.conn
    if (!(guard instanceof FrameGuard) || !/did not arrive|Invalid|malformed|protocol/i.test(error.message)) return
    this.#refuse('connection', { reason: 'protocol violation', detail: `${guard.peer}: ${error.message}` })
  }

  /** One that took nothing for `drainTimeout` has been cut off by the broker; told once, though each packet on its way fails. */
  #clientFailed(client: Client, error: Error): void {
    const guard = client.conn
    if (error.message !== 'drain timeout' || !(guard instanceof FrameGuard) || this.#cutOff.has(client)) return
    this.#cutOff.add(client)
    this.#refuse('connection', { reason: 'slow consumer', detail: `${guard.peer}: took nothing` }, client.id)
  }

  #idBehind(guard: FrameGuard): string | undefined {
    return this.door.isStranger(guard) ? undefined : clientOf(guard)?.id
  }

  #refuse(scope: Refusal['scope'], { reason, detail }: Denial, gateway?: string): void {
    if (this.#closed) return
    this.#events.refused({ at: this.#clock.now(), scope, reason, detail, ...(gateway ? { gateway } : {}) })
  }
}

/** One of whom nothing was heard for longer is as good as gone: whoever comes in its place takes nothing over. */
const aliveWithinMs = 20_000

const isAlive = ({ guard }: Session, clock: Clock): boolean =>
  !guard.destroyed && clock.mono() - guard.heardAt < aliveWithinMs
