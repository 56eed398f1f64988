import type { Duplex } from 'node:stream'
import type { Clock } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Link } from '@civitals/firmware-bridge/wire/link'
import { DtuStream } from './dtu-stream.ts'
import { Registration } from './registration.ts'

/** A line that takes connections of one port. */
export interface Guest {
  /** Its own: `dtu` names whom it takes, without it everybody else. */
  readonly transport: TcpServerTransport
  /** A connection for it, which it closes. */
  welcome(link: Link): void
  /** Why the port cannot be listened on now, in the words of the system; undefined: it is. */
  trouble(detail: string | undefined): void
}

const defaultWithinMs = 30_000
/** Connections that may be unknown at once; more are turned away. */
const mostUnknown = 64
/** A registration packet is no longer. */
const mostBytes = 512

/** Who is behind each connection of one listening port, and whose it is. Pure: whoever listens gives it the connections. */
export class Doorway {
  readonly #clock: Clock
  readonly #guests = new Set<Guest>()
  readonly #unknown = new Set<Link>()
  #turnedAway = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get guests(): ReadonlySet<Guest> {
    return this.#guests
  }

  /** Connections that were closed because nobody takes them. */
  get turnedAway(): number {
    return this.#turnedAway
  }

  /** A later guest of the same DTU stands before an earlier one, which leaves when its line ends. */
  add(guest: Guest): void {
    this.#guests.add(guest)
  }

  remove(guest: Guest): void {
    this.#guests.delete(guest)
  }

  /** A connection came in. */
  arrive(link: Link): void {
    const named = [...this.#guests].filter(({ transport }) => transport.dtu !== undefined)
    const [first] = named
    const everybody = this.#guestOf(undefined)
    if (!first) {
      if (everybody) everybody.welcome(link)
      else this.#turnAway(link)
    } else if (this.#unknown.size >= mostUnknown) this.#turnAway(link)
    else this.#identify(link, first.transport)
  }

  closeUnknown(): void {
    for (const link of this.#unknown) void link.close()
    this.#unknown.clear()
  }

  #identify(link: Link, transport: TcpServerTransport): void {
    const registration = new Registration(transport)
    const { stream } = link
    const withinMs = transport.identify?.within === undefined ? defaultWithinMs : durationMs(transport.identify.within)
    let bytes: Buffer = Buffer.alloc(0)
    const listen = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const registered = registration.read(bytes)
      const guest = registered ? this.#guestOf(registered.dtu) : undefined
      const other = this.#guestOf(undefined)
      if (registered && guest) known(guest, registered.rest, registered.dtu)
      else if (other) known(other, bytes)
      else if (registered || bytes.length > mostBytes) gone()
    }
    const leave = (): void => {
      timer.cancel()
      this.#unknown.delete(link)
      stream.off('data', listen).off('error', gone).off('close', gone)
    }
    const gone = (): void => {
      leave()
      stream.on('error', () => undefined)
      this.#turnAway(link)
    }
    const known = (guest: Guest, rest: Buffer, dtu?: string): void => {
      leave()
      stream.pause()
      if (rest.length > 0) stream.unshift(rest)
      guest.welcome(dtu === undefined ? link : { ...link, stream: this.#cleaned(stream, registration, dtu) })
    }
    const timer = this.#clock.after(withinMs, gone)
    this.#unknown.add(link)
    stream.on('data', listen).on('error', gone).on('close', gone)
  }

  #cleaned(stream: Duplex, registration: Registration, dtu: string): Duplex {
    return new DtuStream(stream, (chunk) => registration.keep(chunk, dtu))
  }

  #guestOf(dtu: string | undefined): Guest | undefined {
    return [...this.#guests].findLast(({ transport }) => transport.dtu === dtu)
  }

  #turnAway(link: Link): void {
    this.#turnedAway++
    void link.close()
  }
}
