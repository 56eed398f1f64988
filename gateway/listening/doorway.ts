import type { Clock } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Link } from '@civitals/firmware-bridge/wire/link'
import { DtuPackets } from './dtu-packets.ts'
import { type Registered, Registration } from './registration.ts'
import { SievedStream } from './sieved-stream.ts'

/** A connection that came in. */
export interface Caller extends Link {
  /** Where it comes from: ADDRESS:PORT. */
  readonly from: string
}

/** A line that takes connections of one port. */
export interface Guest {
  /** Its own: `dtu` names whom it takes, without it everybody else. */
  readonly transport: TcpServerTransport
  /** A connection for it, which it closes. */
  welcome(caller: Caller): void
  /** Why the port cannot be listened on now, in the words of the system; undefined: it is. */
  trouble(detail: string | undefined): void
}

/** Why a connection was sent away: a DTU no line has, nobody said who it is, or others needed the room. */
export type TurnedAway = 'unknown-dtu' | 'unidentified' | 'no-room'

export interface DoorwayOptions {
  readonly clock: Clock
  /** A DTU no line has; once each, for the first of them. */
  readonly onStranger?: (dtu: string, from: string) => void
}

const defaultWithinMs = 30_000
/** Connections that may be unknown at once; for one more the oldest goes. */
const mostUnknown = 256
/** What says nothing in so many bytes is no DTU. */
const mostBytes = 512
/** A name that could still grow, or that nobody knows, counts when nothing followed for so long. */
const settleMs = 300
/** A DTU that was refused is not closed before, so that it does not dial in again a hundred times a second. */
const penaltyMs = 5000
const mostStrangers = 64
const longestName = 64

/** Who is behind each connection of one listening port, and whose it is. Pure: whoever listens gives it the connections. */
export class Doorway {
  readonly #options: DoorwayOptions
  readonly #guests = new Set<Guest>()
  /** In the order they came; how each is sent away. */
  readonly #unknown = new Map<Caller, (why: TurnedAway) => void>()
  readonly #strangers = new Set<string>()
  readonly #turnedAway: Record<TurnedAway, number> = { 'unknown-dtu': 0, unidentified: 0, 'no-room': 0 }

  constructor(options: DoorwayOptions) {
    this.#options = options
  }

  get guests(): ReadonlySet<Guest> {
    return this.#guests
  }

  /** Connections that were sent away. */
  get turnedAway(): Readonly<Record<TurnedAway, number>> {
    return this.#turnedAway
  }

  /** DTUs no line has, the first of them. */
  get strangers(): readonly string[] {
    return [...this.#strangers]
  }

  /** A later guest of the same DTU stands before an earlier one, which leaves when its line ends. */
  add(guest: Guest): void {
    this.#guests.add(guest)
    if (guest.transport.dtu !== undefined) this.#strangers.delete(guest.transport.dtu.slice(0, longestName))
  }

  remove(guest: Guest): void {
    this.#guests.delete(guest)
  }

  /** A connection came in. */
  arrive(caller: Caller): void {
    const [first] = [...this.#guests].filter(({ transport }) => transport.dtu !== undefined)
    if (first) {
      if (this.#unknown.size >= mostUnknown) this.#oldestUnknown()?.('no-room')
      this.#identify(caller, first.transport)
      return
    }
    const everybody = this.#guestOf(undefined)
    if (everybody) everybody.welcome(caller)
    else this.#turnAway(caller, 'unidentified')
  }

  /** The port had no room for a connection. */
  overflowed(): void {
    this.#turnedAway['no-room']++
  }

  closeUnknown(): void {
    for (const caller of this.#unknown.keys()) void caller.close()
    this.#unknown.clear()
  }

  #identify(caller: Caller, transport: TcpServerTransport): void {
    const { clock } = this.#options
    const registration = new Registration(transport)
    const { stream } = caller
    const withinMs = transport.identify?.within === undefined ? defaultWithinMs : durationMs(transport.identify.within)
    let bytes: Buffer = Buffer.alloc(0)
    let settling = clock.after(withinMs, () => undefined)
    const leave = (): void => {
      timer.cancel()
      settling.cancel()
      this.#unknown.delete(caller)
      stream.off('data', listen).off('close', closed)
    }
    const sendAway = (why: TurnedAway): void => {
      leave()
      this.#turnAway(caller, why)
    }
    const closed = (): void => sendAway('unidentified')
    const judge = (settled: boolean): void => {
      const registered = registration.read(bytes)
      if (registered?.mayGrow && !settled && !this.#isUsual(transport, registered)) return
      const guest = registered && this.#guestOf(registered.dtu)
      if (registered && guest) {
        leave()
        this.#welcomeDtu(guest, caller, registered)
      } else if (settled || bytes.length > mostBytes) this.#nobodys(caller, bytes, registered, { leave, sendAway })
    }
    const listen = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      settling.cancel()
      settling = clock.after(settleMs, () => judge(true))
      judge(false)
    }
    const timer = clock.after(withinMs, () => sendAway('unidentified'))
    this.#unknown.set(caller, sendAway)
    stream.on('data', listen).on('close', closed)
  }

  /** The usual names have one length: one that is known is whole. */
  #isUsual({ identify }: TcpServerTransport, { dtu }: Registered): boolean {
    return identify?.pattern === undefined && this.#guestOf(dtu) !== undefined
  }

  #welcomeDtu(guest: Guest, caller: Caller, { packet, rest }: Registered): void {
    const { stream } = caller
    stream.pause()
    if (rest.length > 0) stream.unshift(rest)
    const packets = new DtuPackets(guest.transport.heartbeat, packet)
    guest.welcome({ ...caller, stream: new SievedStream(stream, packets, this.#options.clock) })
  }

  /** No line has this DTU, or it says nothing that names one: it is for whoever takes everybody, or waits to be sent away. */
  #nobodys(
    caller: Caller,
    bytes: Buffer,
    registered: Registered | undefined,
    { leave, sendAway }: { readonly leave: () => void; readonly sendAway: (why: TurnedAway) => void },
  ): void {
    const everybody = this.#guestOf(undefined)
    const { stream } = caller
    if (everybody) {
      leave()
      stream.pause()
      stream.unshift(bytes)
      everybody.welcome(caller)
      stream.resume()
    } else if (registered) {
      leave()
      this.#strange(registered.dtu, caller.from)
      this.#punish(caller)
    } else if (bytes.length > mostBytes) sendAway('unidentified')
  }

  /** Nothing of it is read while it waits. */
  #punish(caller: Caller): void {
    const end = (): void => {
      timer.cancel()
      if (this.#unknown.delete(caller)) this.#turnAway(caller, 'unknown-dtu')
    }
    const timer = this.#options.clock.after(penaltyMs, end)
    this.#unknown.set(caller, end)
    caller.stream.pause().once('close', end)
  }

  #strange(dtu: string, from: string): void {
    const name = dtu.slice(0, longestName)
    if (this.#strangers.has(name) || this.#strangers.size >= mostStrangers) return
    this.#strangers.add(name)
    this.#options.onStranger?.(name, from)
  }

  #oldestUnknown(): ((why: TurnedAway) => void) | undefined {
    const [oldest] = this.#unknown.values()
    return oldest
  }

  #guestOf(dtu: string | undefined): Guest | undefined {
    return [...this.#guests].findLast(({ transport }) => transport.dtu === dtu)
  }

  #turnAway(caller: Caller, why: TurnedAway): void {
    this.#turnedAway[why]++
    void caller.close()
  }
}
