import { type Acknowledgement, acknowledge } from '@civitals/contracts/acknowledgement'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { Reply, ResendCommand } from '@civitals/contracts/command'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import { addInterval, type Intervals, removeInterval } from '@civitals/contracts/intervals'
import type { GatewayStatus } from '@civitals/contracts/status'
import type { Connect, Connection, ConnectOptions, Lane } from './connection.ts'

/** One envelope as the centre got it. */
export interface Arrival {
  readonly lane: Lane
  readonly spool: string
  readonly seq: number
  readonly payload: Uint8Array
  readonly at: EpochMs
}

/** What the scripted centre does with what it gets; may be changed at any time. */
export interface CentreScript {
  /** Refuses sessions with this reason while set. */
  refuse?: string
  /** Refuses sessions because it keeps another box of the same id. */
  cloned?: boolean
  /** Whether envelopes are settled and acknowledged as they come. */
  acknowledging: boolean
  /** Settles an envelope or loses it: false = it never arrived. */
  arrives: (arrival: Arrival) => boolean
}

/** The far end of the uplink without a network: twin of the MQTT link, in memory. */
export class ScriptedCentre {
  readonly script: CentreScript = { acknowledging: true, arrives: () => true }
  readonly arrivals: Arrival[] = []
  readonly statuses: GatewayStatus[] = []
  readonly replies: Reply[] = []
  /** What gateways told of their configurations, and how many envelopes had come before. */
  readonly configurations: { readonly payload: Uint8Array; readonly arrivals: number }[] = []
  sessions = 0
  readonly #clock: Clock
  readonly #settled = new Map<string, Intervals>()
  #current: { readonly options: ConnectOptions; readonly connection: ScriptedConnection } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly connect: Connect = async (options) => {
    if (this.script.cloned) throw new CivitalsError('CIV_GATEWAY_UPLINK_CLONED', 'Identifier rejected')
    if (this.script.refuse !== undefined) throw new CivitalsError('CIV_GATEWAY_UPLINK_CONNECT', this.script.refuse)
    this.sessions++
    const connection = new ScriptedConnection(
      this.#clock,
      (lane, payload) => this.#arrived(lane, payload),
      this.statuses,
      this.replies,
      (payload) => this.configurations.push({ payload, arrivals: this.arrivals.length }),
    )
    this.#current = { options, connection }
    connection.closed.then((reason) => {
      if (reason !== 'goodbye') this.statuses.push(options.lastWill)
    })
    return connection
  }

  /** Sends the state of all settled envelopes. */
  acknowledgeAll(heard: readonly number[] = []): void {
    const spools = [...this.#settled].map(([spool, settled]) => [spool, acknowledge(settled, heard)] as const)
    const message: Acknowledgement = { spools: Object.fromEntries(spools) }
    this.#current?.connection.heard()
    this.#current?.options.onAcknowledgement(message)
  }

  /** Sends an acknowledgement of its own making, to an older session when `to` is one. */
  acknowledge(message: Acknowledgement, to: ConnectOptions | undefined = this.#current?.options): void {
    this.#current?.connection.heard()
    to?.onAcknowledgement(message)
  }

  /** What the present session was opened with. */
  get session(): ConnectOptions | undefined {
    return this.#current?.options
  }

  /** Takes back that ranges were settled, and asks for them again. */
  askAgain(command: ResendCommand): void {
    for (const [from, to] of command.ranges) {
      this.#settled.set(command.spool, removeInterval(this.#settled.get(command.spool) ?? [], from, to))
    }
    this.command(new TextEncoder().encode(JSON.stringify(command)))
  }

  /** Delivers a command, whatever its bytes. */
  command(payload: Uint8Array): void {
    this.#current?.connection.heard()
    this.#current?.options.onCommand(payload)
  }

  /** A sign of life of the broker without content. */
  ping(): void {
    this.#current?.connection.heard()
  }

  /** Cuts the link. */
  cut(reason = 'reset'): void {
    this.#current?.connection.over(reason)
  }

  #arrived(lane: Lane, payload: Uint8Array): void {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    const { spool, seq } = decoded.envelope
    const arrival: Arrival = { lane, spool, seq, payload, at: this.#clock.now() }
    if (!this.script.arrives(arrival)) return
    this.arrivals.push(arrival)
    const declared = (decoded.envelope.gaps ?? []).map(({ fromSeq, toSeq }) => [fromSeq, toSeq] as const)
    for (const [from, to] of [[seq, seq] as const, ...declared])
      this.#settled.set(spool, addInterval(this.#settled.get(spool) ?? [], from, to))
    if (this.script.acknowledging) queueMicrotask(() => this.acknowledgeAll([seq]))
  }
}

class ScriptedConnection implements Connection {
  readonly closed: Promise<string>
  heardAt: number
  bytesSent = 0
  readonly unsentBytes = 0
  readonly #clock: Clock
  readonly #onEnvelope: (lane: Lane, payload: Uint8Array) => void
  readonly #statuses: GatewayStatus[]
  readonly #replies: Reply[]
  readonly #onConfigurations: (payload: Uint8Array) => void
  #resolve: (reason: string) => void = () => undefined
  #gone = false

  constructor(
    clock: Clock,
    onEnvelope: (lane: Lane, payload: Uint8Array) => void,
    statuses: GatewayStatus[],
    replies: Reply[],
    onConfigurations: (payload: Uint8Array) => void,
  ) {
    this.#onConfigurations = onConfigurations
    this.#clock = clock
    this.#replies = replies
    this.#onEnvelope = onEnvelope
    this.#statuses = statuses
    this.heardAt = clock.mono()
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  send(lane: Lane, payload: Uint8Array): void {
    if (this.#gone) return
    this.bytesSent += payload.length
    this.#onEnvelope(lane, payload)
  }

  sendConfigurations(payload: Uint8Array): void {
    if (!this.#gone) this.#onConfigurations(payload)
  }

  sendReply(reply: Reply): void {
    if (!this.#gone) this.#replies.push(reply)
  }

  sendStatus(status: GatewayStatus): void {
    if (!this.#gone) this.#statuses.push(status)
  }

  async end(last: GatewayStatus): Promise<void> {
    this.sendStatus(last)
    this.over('goodbye')
  }

  destroy(): void {
    this.over('destroyed')
  }

  heard(): void {
    this.heardAt = this.#clock.mono()
  }

  over(reason: string): void {
    this.#gone = true
    this.#resolve(reason)
  }
}
