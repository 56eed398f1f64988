import type { Delivery } from './port.ts'

export interface QueueBounds {
  readonly bytes: number
  readonly deliveries: number
}

interface Waiting {
  readonly delivery: Delivery
  readonly taken: () => void
}

/**
 * What has arrived and is not settled. Bounded: beyond the bound a delivery stands in the waiting room and its `taken` is
 * held back, so that the gateway's socket is read no further and memory stays as it is. Order is kept throughout.
 */
export class IntakeQueue {
  readonly #bounds: QueueBounds
  #queue: Delivery[] = []
  #head = 0
  #bytes = 0
  #room: Waiting[] = []
  #wake: (() => void) | undefined
  #woken = false

  constructor(bounds: QueueBounds = { bytes: 16 * 1024 * 1024, deliveries: 20_000 }) {
    this.#bounds = bounds
  }

  get deliveries(): number {
    return this.#queue.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Deliveries whose gateways are held. */
  get held(): number {
    return this.#room.length
  }

  offer(delivery: Delivery, taken: () => void): void {
    if (this.#room.length > 0 || this.#full()) this.#room.push({ delivery, taken })
    else this.#enter({ delivery, taken })
  }

  /** The oldest delivery, undefined when none waits. */
  take(): Delivery | undefined {
    const delivery = this.#queue[this.#head]
    if (!delivery) return undefined
    this.#head++
    this.#bytes -= delivery.payload.length
    if (this.#head === this.#queue.length || this.#head > 1_024) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return delivery
  }

  /** Lets held deliveries in as far as there is room. Call it after taking. */
  admitHeld(): void {
    let entered = 0
    while (entered < this.#room.length && !this.#full()) this.#enter(this.#room[entered++] as Waiting)
    if (entered > 0) this.#room = this.#room.slice(entered)
  }

  /** Forgets what is held for a gateway that has gone: it will send it again. */
  forget(gateway: string): void {
    this.#room = this.#room.filter(({ delivery }) => delivery.gateway !== gateway)
  }

  /** Resolves when something waits or `wake` was called, at once if so already. */
  async waiting(signal: AbortSignal): Promise<void> {
    if (this.deliveries === 0 && !this.#woken && !signal.aborted) await this.#sleep(signal)
    this.#woken = false
  }

  /** Ends the present or the next `waiting` although nothing came: there is other work. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake)
        this.#wake = undefined
        resolve()
      }
      this.#wake = wake
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  #enter({ delivery, taken }: Waiting): void {
    this.#queue.push(delivery)
    this.#bytes += delivery.payload.length
    taken()
    this.#wake?.()
  }

  #full(): boolean {
    return this.#bytes >= this.#bounds.bytes || this.deliveries >= this.#bounds.deliveries
  }
}
