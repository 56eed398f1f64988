import { createServer, type Server, type Socket } from 'node:net'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Seat } from '../dial-in-source.ts'
import { type Caller, Doorway, type Guest } from '../doorway.ts'
import { addressOf } from '../listen-address.ts'

/** Connections of one port; more are turned away. */
const mostConnections = 1024
const againMs = 2000
const keepAliveMs = 15_000

/** Told of a DTU no line has, once each. */
export type OnStranger = (stranger: { readonly listen: string; readonly dtu: string; readonly from: string }) => void

/** The ports this gateway listens on. Lines with the same address share one; it is open while a line wants it. */
export class Ports {
  readonly #clock: Clock
  readonly #onStranger: OnStranger
  readonly #open = new Map<string, Port>()

  constructor(clock: Clock, onStranger: OnStranger) {
    this.#clock = clock
    this.#onStranger = onStranger
  }

  /** Gives a line the connections that are for it until it leaves, which resolves when the port is free again. */
  join(guest: Guest): Seat {
    const { listen } = guest.transport
    const port = this.#open.get(listen) ?? new Port(listen, this.#clock, this.#onStranger)
    this.#open.set(listen, port)
    port.add(guest)
    const leave = async (): Promise<void> => {
      if (!port.remove(guest)) return
      if (this.#open.get(listen) === port) this.#open.delete(listen)
      await port.close()
    }
    return { leave, door: () => port.health }
  }
}

class Port {
  readonly #listen: string
  readonly #clock: Clock
  readonly #doorway: Doorway
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #again: Timer | undefined
  #trouble: string | undefined
  #listening = false

  constructor(listen: string, clock: Clock, onStranger: OnStranger) {
    this.#listen = listen
    this.#clock = clock
    this.#doorway = new Doorway({ clock, onStranger: (dtu, from) => onStranger({ listen, dtu, from }) })
    this.#bind()
  }

  get health(): ReturnType<Seat['door']> {
    const { strangers, turnedAway } = this.#doorway
    return { listening: this.#listening, strangers, turnedAway }
  }

  add(guest: Guest): void {
    this.#doorway.add(guest)
    if (this.#listening || this.#trouble !== undefined) guest.trouble(this.#trouble)
  }

  /** True when nobody is left. */
  remove(guest: Guest): boolean {
    this.#doorway.remove(guest)
    return this.#doorway.guests.size === 0
  }

  close(): Promise<void> {
    this.#again?.cancel()
    this.#doorway.closeUnknown()
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()))
  }

  #bind(): void {
    const { host, port } = addressOf(this.#listen)
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) =>
      this.#arrived(socket),
    )
    server.maxConnections = mostConnections
    this.#server = server
    server.on('error', (error) => this.#failed(error.message))
    server.on('drop', () => this.#doorway.overflowed())
    server.listen(port, host, () => {
      this.#listening = true
      this.#tell(undefined)
    })
  }

  /** Taken by another program, or an address this box does not have yet: tried again. */
  #failed(detail: string): void {
    this.#listening = false
    this.#tell(detail)
    this.#again = this.#clock.after(againMs, () => {
      if (this.#server) this.#bind()
    })
  }

  #tell(detail: string | undefined): void {
    this.#trouble = detail
    for (const guest of this.#doorway.guests) guest.trouble(detail)
  }

  #arrived(socket: Socket): void {
    this.#sockets.add(socket)
    // Listeners of whoever takes it come and go; an error between them must not end the process.
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
    this.#doorway.arrive(callerOf(socket))
  }
}

const callerOf = (socket: Socket): Caller => ({
  stream: socket,
  from: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`,
  close: () =>
    new Promise((resolve) => {
      if (socket.closed) return resolve()
      socket.once('close', () => resolve())
      socket.destroy()
    }),
})
