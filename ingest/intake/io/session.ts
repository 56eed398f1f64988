import type { Client } from 'aedes'
import type { FrameGuard } from '../../broker/io/frame-guard.ts'

/** Refused subscriptions one connection may have; a gateway that is set up right has none. */
const mostRefusedSubscriptions = 16

/** One connection that has logged in, and what it listens to. */
export class Session {
  readonly client: Client
  readonly guard: FrameGuard
  readonly #granted = new Set<string>()
  #refused = 0
  #behind = false

  constructor(client: Client, guard: FrameGuard) {
    this.client = client
    this.guard = guard
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
