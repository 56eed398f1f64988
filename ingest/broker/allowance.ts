import type { Clock } from '@civitals/contracts/clock'
import { Bucket, type Flow } from './bucket.ts'

/** What one gateway may send: MQTT packets of any kind, and bytes. */
export interface GatewayFlow {
  readonly packets: Flow
  readonly bytes: Flow
}

/**
 * A tenth of what the centre settles at its best, so that no gateway alone takes it from the others, and forty times what a gateway of
 * 64 terminals at 1 s sends: enough to drain a backlog beside it. Bursts of ten seconds of it pass unhindered.
 */
export const usualGatewayFlow: GatewayFlow = {
  packets: { perS: 2_500, burst: 25_000 },
  bytes: { perS: 8 * 1024 * 1024, burst: 80 * 1024 * 1024 },
}

/** What one gateway may still send. It outlives the connection: reconnecting gives nothing back. */
export class Allowance {
  readonly #packets: Bucket
  readonly #bytes: Bucket

  constructor(clock: Clock, { packets, bytes }: GatewayFlow) {
    this.#packets = new Bucket(clock, packets)
    this.#bytes = new Bucket(clock, bytes)
  }

  /** Counts what has been read; ms to leave the socket unread, 0: read on. */
  spend(packets: number, bytes: number): number {
    return Math.max(this.#packets.spend(packets), this.#bytes.spend(bytes))
  }
}

/** The allowances of all who ever logged in: as many as are registered, and their doctors. */
export class Allowances {
  readonly #clock: Clock
  readonly #flow: GatewayFlow
  readonly #byClient = new Map<string, Allowance>()

  constructor(clock: Clock, flow: GatewayFlow = usualGatewayFlow) {
    this.#clock = clock
    this.#flow = flow
  }

  of(client: string): Allowance {
    const known = this.#byClient.get(client)
    if (known) return known
    const allowance = new Allowance(this.#clock, this.#flow)
    this.#byClient.set(client, allowance)
    return allowance
  }
}
