import type { Clock } from '@civitals/contracts/clock'
import { Bucket, type Flow } from './bucket.ts'

/** Connections from one address. A whole city may come through one NAT after an outage: 1,000 at once are welcome. */
export const usualConnectionFlow: Flow = { perS: 100, burst: 1_000 }

/** Addresses remembered; beyond, the one seen longest ago is forgotten, which does it a favour and no harm. */
export const addressesRemembered = 4_096

/** Bounds how fast connections come from one address, in bounded memory. */
export class ConnectionRate {
  readonly #clock: Clock
  readonly #flow: Flow
  /** In the order they were seen last. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Clock, flow: Flow = usualConnectionFlow) {
    this.#clock = clock
    this.#flow = flow
  }

  get addresses(): number {
    return this.#buckets.size
  }

  /** Whether one more connection from `address` is welcome now. */
  admit(address: string): boolean {
    const group = networkOf(address)
    const bucket = this.#buckets.get(group) ?? new Bucket(this.#clock, this.#flow)
    this.#buckets.delete(group)
    this.#buckets.set(group, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > addressesRemembered && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket.take()
  }
}

/** An IPv4 address, or the /64 of an IPv6 one: whoever has one address of it has all of them. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  if (!address.includes(':')) return address
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill('0'), ...last]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`
}
