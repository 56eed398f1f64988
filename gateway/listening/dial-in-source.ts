import type { Clock } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import type { PushSession } from '@civitals/firmware-bridge/frames/session'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Link } from '@civitals/firmware-bridge/wire/link'
import { Conversation } from './conversation.ts'
import type { Guest } from './doorway.ts'
import type { Hearing, ReportSource, SourceCounters } from './report-source.ts'

/** Lets a line take the connections of its port; the function it returns gives that up. */
export type Join = (guest: Guest) => () => Promise<void>

const defaultWithinMs = 30_000
/** Connections of one line: a city's stations of one kind, with those the network has lost and nobody noticed yet. */
const mostConnections = 512

/** Terminals that dial in, each connection a conversation of its own. */
export class DialInSource implements ReportSource {
  readonly #transport: TcpServerTransport
  readonly #join: Join
  readonly #session: () => PushSession
  readonly #clock: Clock
  readonly #open = new Set<Conversation>()
  #refused = 0

  constructor(transport: TcpServerTransport, join: Join, session: () => PushSession, clock: Clock) {
    this.#transport = transport
    this.#join = join
    this.#session = session
    this.#clock = clock
  }

  get health(): SourceCounters {
    return { connected: this.#open.size > 0, connections: this.#open.size, refused: this.#refused }
  }

  async run(hearing: Hearing, signal: AbortSignal): Promise<void> {
    const leave = this.#join({
      transport: this.#transport,
      welcome: (link) => this.#converse(link, hearing),
      trouble: (detail) => hearing.trouble(detail),
    })
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const open = [...this.#open]
    for (const conversation of open) conversation.end('stopped')
    await Promise.all([leave(), ...open.map(({ ended }) => ended)])
  }

  #converse(link: Link, hearing: Hearing): void {
    const { dtu, identify } = this.#transport
    // The newest connection of a DTU is the one it uses.
    if (dtu !== undefined) for (const other of this.#open) other.end('its DTU has dialled in again')
    if (this.#open.size >= mostConnections) this.#makeRoom()
    const conversation = new Conversation({
      ...{ link, session: this.#session(), clock: this.#clock, hearing },
      onRefused: (count) => {
        this.#refused += count
      },
      ...(dtu === undefined && {
        identifyWithinMs: identify?.within === undefined ? defaultWithinMs : durationMs(identify.within),
      }),
    })
    this.#open.add(conversation)
    void conversation.ended.then(() => this.#open.delete(conversation))
  }

  /** Those that never said anything go first, then the longest silent. */
  #makeRoom(): void {
    const [first] = [...this.#open].sort(
      (a, b) => Number(a.identified) - Number(b.identified) || a.lastHeardAt - b.lastHeardAt,
    )
    if (!first) return
    this.#open.delete(first)
    first.end('others need the room')
  }
}
