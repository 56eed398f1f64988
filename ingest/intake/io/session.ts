import type { Client } from 'aedes'
import type { FrameGuard } from '../../broker/io/frame-guard.ts'

/** Refused subscriptions one connection may have; a gateway that is set up right has none. */
const mostRefusedSubscriptions = 16

/** One connection that has logged in, and what it listens to. */
export class Session {
  readonly client: Client
  readonly guard: FrameGuard
  readonly #granted = new Set<string>()
  readonly #beatEveryMs: number
  #held = 0
  #refused = 0
  #behind = false

  /** `keepaliveS`: as the client asked for. */
  constructor(client: Client, guard: FrameGuard, keepaliveS: number) {
    this.client = client
    this.guard = guard
    this.#beatEveryMs = (keepaliveS * 1_000) / 2
  }

  /**
   * The queue has no room for what this connection brought: nothing more is read from it until `release`. The broker's own flow control is not enough,
   * which goes on with whatever arrives next; and its keep-alive would end a connection whose pings are not read.
   */
  hold(): void {
    this.#held++
    if (this.#held === 1) this.guard.keep(this.#beatEveryMs, () => keepaliveTimerOf(this.client)?.refresh())
  }

  release(): void {
    this.#held--
    if (this.#held === 0) this.guard.goOn()
  }

  /** Counts one more refused subscription: whether it is still to be listed, or the last straw, or one of the rest. */
  refusedSubscription(): 'listed' | 'last straw' | 'more' {
    this.#refused++
    if (this.#refused <= mostRefusedSubscriptions) return 'listed'
    return this.#refused === mostRefusedSubscriptions + 1 ? 'last straw' : 'more'
  }

  granted(topic: string): void {
    this.#granted.add(topic)
  }

  left(topic: string): void {
    this.#granted.delete(topic)
  }

  /**
   * Sends to this connection alone, past the broker's own delivery, where one who reads nothing would stand in the way of all. While it reads
   * nothing it is told nothing more; `caughtUp` is called when it reads again.
   */
  tell(topic: string, qos: 0 | 1, payload: Uint8Array, caughtUp: () => void): void {
    if (!this.#granted.has(topic)) return
    if (!this.guard.writableNeedDrain) {
      const packet = { cmd: 'publish', dup: false, retain: false, qos, topic, payload: Buffer.from(payload) } as const
      this.client.publish(packet, () => undefined)
      return
    }
    if (this.#behind) return
    this.#behind = true
    this.guard.once('drain', () => {
      this.#behind = false
      caughtUp()
    })
  }
}

/** Aedes has no public door to it; a test sees a held connection stand for longer than its keep-alive. */
const keepaliveTimerOf = (client: Client): NodeJS.Timeout | null =>
  (client as unknown as { readonly _keepaliveTimer: NodeJS.Timeout | null })._keepaliveTimer
