import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { PushSession } from '@civitals/firmware-bridge/frames/session'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import { Conversation } from './conversation.ts'
import type { Caller, Guest, TurnedAway } from './doorway.ts'
import { Refusals } from './refusals.ts'
import type { Hearing, Peer, ReportSource, SourceCounters } from './report-source.ts'

/** What a line has of its port. */
export interface Seat {
  /** Takes no connections any more; resolves when the port is free again, where nobody else wants it. */
  leave(): Promise<void>
  /** Of the whole port, which several lines may share. */
  door(): {
    readonly listening: boolean
    /** DTUs no line has, the first of them. */
    readonly strangers: readonly string[]
    readonly turnedAway: Readonly<Record<TurnedAway, number>>
  }
}

/** Lets a line take the connections of its port. */
export type Join = (guest: Guest) => Seat

const defaultWithinMs = 30_000
/** Stations that report every hour may miss one. */
const defaultIdleMs = 2 * 3_600_000
/** Connections of one line: a city's stations of one kind, with those the network has lost and nobody noticed yet. */
const mostConnections = 512

/** Terminals that dial in, each connection a conversation of its own. */
export class DialInSource implements ReportSource {
  readonly #transport: TcpServerTransport
  readonly #join: Join
  readonly #session: () => PushSession
  readonly #clock: Clock
  readonly #open = new Map<Conversation, { readonly from: string; readonly since: EpochMs }>()
  readonly #refusals = new Refusals()
  #seat: Seat | undefined

  constructor(transport: TcpServerTransport, join: Join, session: () => PushSession, clock: Clock) {
    this.#transport = transport
    this.#join = join
    this.#session = session
    this.#clock = clock
  }

  get health(): SourceCounters {
    const door = this.#seat?.door()
    return {
      ...{ connected: this.#open.size > 0, connections: this.#open.size, peers: this.#peers() },
      listening: door?.listening ?? false,
      refused: summed(this.#refusals.counts, door?.turnedAway ?? {}),
    }
  }

  #peers(): readonly Peer[] {
    const { dtu } = this.#transport
    const newestFirst = [...this.#open].sort(([a], [b]) => b.lastHeardAt - a.lastHeardAt)
    return newestFirst.map(([{ last }, { from, since }]) => {
      const name = dtu ?? last?.address
      return { from, ...(name !== undefined && { name }), since, ...(last && { heardAt: last.at }) }
    })
  }

  async run(hearing: Hearing, signal: AbortSignal): Promise<void> {
    const seat = this.#join({
      transport: this.#transport,
      welcome: (caller) => this.#converse(caller, hearing),
      trouble: (detail) => hearing.trouble(detail),
    })
    this.#seat = seat
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const open = [...this.#open.keys()]
    for (const conversation of open) conversation.end('stopped')
    await Promise.all([seat.leave(), ...open.map(({ ended }) => ended)])
  }

  #converse(link: Caller, hearing: Hearing): void {
    const { dtu, identify, idle } = this.#transport
    // The newest connection of a DTU is the one it uses.
    if (dtu !== undefined) for (const other of this.#open.keys()) other.end('its DTU has dialled in again')
    if (this.#open.size >= mostConnections) this.#makeRoom()
    const conversation = new Conversation({
      ...{ link, session: this.#session(), clock: this.#clock, hearing },
      onRefused: (fault) => {
        this.#refusals.add(fault.check)
        hearing.refused(fault)
      },
      idleMs: idle === undefined ? defaultIdleMs : durationMs(idle),
      ...(dtu === undefined && {
        identifyWithinMs: identify?.within === undefined ? defaultWithinMs : durationMs(identify.within),
      }),
    })
    this.#open.set(conversation, { from: link.from, since: this.#clock.now() })
    void conversation.ended.then(() => this.#open.delete(conversation))
  }

  /** Those that never said anything go first, then the longest silent. */
  #makeRoom(): void {
    const [first] = [...this.#open.keys()].sort(
      (a, b) => Number(a.identified) - Number(b.identified) || a.lastHeardAt - b.lastHeardAt,
    )
    if (!first) return
    this.#open.delete(first)
    this.#refusals.add('no-room')
    first.end('others need the room')
  }
}

/** The line and its port send connections away for the same reasons. */
const summed = (one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((why) => [why, (one[why] ?? 0) + (other[why] ?? 0)]),
  )
