// One connection of a gateway with the broker: messages of each direction come in order or not at all.
import type { Clock } from '@civitals/contracts/clock'
import type { Reply } from '@civitals/contracts/command'
import type { GatewayStatus } from '@civitals/contracts/status'
import { readAcknowledgement } from '../../gateway/uplink/acknowledgement.ts'
import type { Connection, ConnectOptions, Lane } from '../../gateway/uplink/connection.ts'
import type { IntakeEvents } from '../../ingest/intake/port.ts'
import { Channel } from './channel.ts'
import type { Life, Schedule } from './schedule.ts'

/** As the MQTT link asks for [MQTT-3.1.2-24]; the broker gives a silent client one and a half of it. */
const keepaliveMs = 15_000
const patienceMs = 22_500

/** Share of the messages about configurations that are held back, and how long. */
const heldConfigurations = 0.2
const longestHeldMs = 20_000

/** What the network does to one gateway now. */
export interface Weather {
  /** No connection can be made and nothing comes through: bytes wait, and are lost with their connection. */
  partitioned: boolean
  /** One direction is silent although both ends believe in the connection. */
  deaf: 'none' | 'up' | 'down'
  /** Longest delay of one message, ms. */
  delayMs: number
  /** Share of bytes of envelopes and acknowledgements in which one bit is turned round. */
  corrupt: number
}

/** What a centre's broker is told with each message; the tests' own log looks on. */
export interface Wiretap {
  /** An envelope was taken into the centre's queue. */
  taken(gateway: string, lane: Lane, payload: Uint8Array): void
  /** An acknowledgement reached its gateway. */
  acknowledged(gateway: string, payload: Uint8Array): void
}

/** The broker of one life of the centre. */
export interface Door {
  readonly life: Life
  readonly events: IntakeEvents
  readonly clock: Clock
}

interface LinkParts {
  readonly gateway: string
  readonly schedule: Schedule
  readonly life: Life
  readonly door: Door
  readonly options: ConnectOptions
  readonly weather: Weather
  readonly tap: Wiretap
}

type Up =
  | { readonly kind: 'telemetry'; readonly lane: Lane; readonly payload: Uint8Array }
  | { readonly kind: 'configurations' | 'reply'; readonly payload: Uint8Array }
  | { readonly kind: 'status'; readonly status: GatewayStatus }
  | { readonly kind: 'ping' | 'goodbye' | 'closed' }

type Down =
  | { readonly kind: 'pong' | 'suback' | 'closed' }
  | { readonly kind: 'ack' | 'command'; readonly payload: Uint8Array }

/** One connection with its two ends. Either may be gone while the other still believes in it. */
export class Link implements Connection {
  readonly closed: Promise<string>
  readonly established: Promise<void>
  /** The broker's end is closed. */
  readonly over: Promise<void>
  heardAt: number
  bytesSent = 0
  readonly unsentBytes = 0
  readonly #parts: LinkParts
  readonly #up: Channel<Up>
  readonly #down: Channel<Down>
  #clientOpen = true
  #serverOpen = true
  #heardByServerAt: number
  #close: (reason: string) => void = () => undefined
  #establish: () => void = () => undefined
  #end: () => void = () => undefined

  constructor(parts: LinkParts) {
    const { gateway, schedule, life, weather } = parts
    this.#parts = parts
    this.heardAt = schedule.now - life.startedAt
    this.#heardByServerAt = schedule.now
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
    this.established = new Promise((resolve) => {
      this.#establish = resolve
    })
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
    const flows = (direction: 'up' | 'down') => (): boolean => !weather.partitioned && weather.deaf !== direction
    const delay = (): number => schedule.random.between(0, weather.delayMs)
    this.#up = new Channel(schedule, `${gateway} up`, flows('up'), delay, (message, next) =>
      this.#atCentre(message, next),
    )
    this.#down = new Channel(schedule, `${gateway} down`, flows('down'), delay, (message, next) => {
      this.#atGateway(message)
      next()
    })
    this.#down.send({ kind: 'suback' }, 'suback')
    parts.door.events.listening(gateway)
    this.#ping()
    this.#watch()
  }

  send(lane: Lane, payload: Uint8Array): void {
    if (!this.#clientOpen) return
    this.bytesSent += payload.length
    this.#up.send({ kind: 'telemetry', lane, payload }, lane)
  }

  sendStatus(status: GatewayStatus): void {
    if (this.#clientOpen) this.#up.send({ kind: 'status', status }, 'status')
  }

  sendConfigurations(payload: Uint8Array): void {
    if (this.#clientOpen) this.#up.send({ kind: 'configurations', payload }, 'configurations')
  }

  sendReply(reply: Reply): void {
    if (this.#clientOpen) this.#up.send({ kind: 'reply', payload: Buffer.from(JSON.stringify(reply)) }, 'reply')
  }

  async end(last: GatewayStatus): Promise<void> {
    this.sendStatus(last)
    this.#up.send({ kind: 'goodbye' }, 'goodbye')
    this.#clientClosed('goodbye')
  }

  destroy(): void {
    if (!this.#clientOpen) return
    this.#clientClosed('destroyed')
    this.#up.send({ kind: 'closed' }, 'closed')
  }

  sendDown(kind: 'ack' | 'command', payload: Uint8Array): void {
    if (this.#serverOpen) this.#down.send({ kind, payload }, kind)
  }

  flow(): void {
    this.#up.flow()
    this.#down.flow()
  }

  /** Reset at both ends, each hearing of it in its own time. */
  break(reason: string): void {
    const { gateway, schedule } = this.#parts
    this.#up.break()
    this.#down.break()
    const later = (): number => schedule.random.between(0, 50)
    schedule.at(later(), `${gateway} reset`, () => this.#clientClosed(reason))
    schedule.at(later(), `${gateway} reset at centre`, () => this.#serverClosed())
  }

  /** The gateway's process was killed: its socket closes behind what it sent, or nothing says so when its machine lost power. */
  clientGone(silently: boolean): void {
    this.#clientOpen = false
    if (silently) this.#up.break()
    else this.#up.send({ kind: 'closed' }, 'closed')
  }

  serverGone(): void {
    this.#serverOpen = false
    this.#end()
  }

  takenOver(): void {
    this.#serverClosed()
    this.#down.send({ kind: 'closed' }, 'closed')
  }

  #atCentre(message: Up, next: () => void): void {
    const { gateway, door, tap } = this.#parts
    if (!this.#serverOpen || !door.life.alive) return
    this.#heardByServerAt = this.#parts.schedule.now
    switch (message.kind) {
      case 'telemetry': {
        const { lane } = message
        const payload = this.#maybeTurned(message.payload)
        const receivedAt = door.clock.now()
        const taken = (): void => {
          tap.taken(gateway, lane, payload)
          next()
        }
        const damaged = (): void => this.break('damaged')
        door.events.delivery({ gateway, lane, payload, receivedAt }, taken, damaged)
        return
      }
      case 'configurations':
        if (this.#heldByBroker(message.payload)) break
        if (door.events.configurations(gateway, this.#maybeTurned(message.payload)) !== false) break
        this.break('damaged')
        return
      case 'reply':
        door.events.reply(gateway, this.#maybeTurned(message.payload))
        break
      case 'status':
        door.events.status(gateway, Buffer.from(JSON.stringify(message.status)))
        break
      case 'ping':
        this.#down.send({ kind: 'pong' }, 'pong')
        break
      case 'goodbye':
        this.#serverClosed(false)
        return
      case 'closed':
        this.#serverClosed()
        return
    }
    next()
  }

  #atGateway(message: Down): void {
    const { gateway, life, options, tap, schedule } = this.#parts
    if (!this.#clientOpen || !life.alive) return
    this.heardAt = schedule.now - life.startedAt
    switch (message.kind) {
      case 'suback':
        this.#establish()
        break
      case 'ack': {
        tap.acknowledged(gateway, message.payload)
        const acknowledgement = readAcknowledgement(this.#maybeTurned(message.payload))
        if (acknowledgement) options.onAcknowledgement(acknowledgement)
        break
      }
      case 'command':
        options.onCommand(this.#maybeTurned(message.payload))
        break
      case 'closed':
        this.#clientClosed('connection closed')
    }
  }

  /** Where another broker stands between, what is retained may come behind what was sent after it. */
  #heldByBroker(payload: Uint8Array): boolean {
    const { gateway, door, schedule } = this.#parts
    if (!schedule.random.chance(heldConfigurations)) return false
    schedule.at(schedule.random.between(0, longestHeldMs), `${gateway} configurations held`, () => {
      if (door.life.alive) door.events.configurations(gateway, payload)
    })
    return true
  }

  /** Bad weather turns bytes. */
  #maybeTurned(payload: Uint8Array): Uint8Array {
    const { schedule, weather } = this.#parts
    if (weather.corrupt === 0) return payload
    const turned = Uint8Array.from(payload)
    for (let place = 0; place < turned.length; place++) {
      if (schedule.random.chance(weather.corrupt))
        turned[place] = (turned[place] ?? 0) ^ (1 << schedule.random.below(8))
    }
    return turned
  }

  #clientClosed(reason: string): void {
    this.#clientOpen = false
    this.#close(reason)
  }

  #serverClosed(withWill = true): void {
    if (!this.#serverOpen) return
    this.#serverOpen = false
    const { gateway, door, options } = this.#parts
    if (door.life.alive) {
      if (withWill) door.events.status(gateway, Buffer.from(JSON.stringify(options.lastWill)))
      door.events.gone(gateway)
    }
    this.#end()
  }

  #ping(): void {
    this.#parts.life.after(keepaliveMs, 'ping', () => {
      if (!this.#clientOpen) return
      this.#up.send({ kind: 'ping' }, 'ping')
      this.#ping()
    })
  }

  #watch(): void {
    const { gateway, schedule } = this.#parts
    const left = this.#heardByServerAt + patienceMs - schedule.now
    schedule.at(Math.max(1, left), `${gateway} keepalive`, () => {
      if (!this.#serverOpen) return
      if (schedule.now - this.#heardByServerAt < patienceMs) this.#watch()
      else this.#serverClosed()
    })
  }
}
