// What really happened, written down beside the program under test and never read by it.

import { countReadings } from '@civitals/contracts/encode-envelope'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import type { SpoolRow } from '../../gateway/spool/spool.ts'
import type { Lane } from '../../gateway/uplink/connection.ts'

/** A sample as the terminal gave it. `number` travels as one of its readings and names it for ever. */
export interface Made {
  readonly number: number
  readonly gateway: string
  readonly terminal: string
  /** True time, whatever the machine's clock said. */
  readonly at: number
  /** Its machine did not know the time. */
  readonly unsynced: boolean
}

/** One envelope its gateway was told is committed: from then on its readings are produced. */
export interface Produced {
  readonly gateway: string
  readonly spool: string
  readonly seq: number
  readonly readings: number
  readonly numbers: readonly number[]
}

export const keyOf = (gateway: string, spool: string, seq: number): string => `${gateway}/${spool}/${seq}`

export class Truth {
  readonly made = new Map<number, Made>()
  readonly produced = new Map<string, Produced>()
  /** Lane by which an envelope entered the centre's queue first in the life of the centre that settled it. */
  readonly settledBy = new Map<string, Lane>()
  readonly #lanes = new Map<string, Lane>()
  /** Webhooks received, by id. */
  readonly webhooks = new Map<string, number>()
  violations: string[] = []

  make(sample: Omit<Made, 'number'>): number {
    const number = this.made.size + 1
    this.made.set(number, { ...sample, number })
    return number
  }

  produce(gateway: string, rows: readonly SpoolRow[]): void {
    for (const row of rows) {
      const envelope = envelopeOf(row.payload)
      const key = keyOf(gateway, envelope.spool, row.seq)
      if (this.produced.has(key)) this.wrong(`${key} was produced twice`)
      const numbers = envelope.samples.map(({ values }) => values.number as number)
      this.produced.set(key, {
        ...{ gateway, spool: envelope.spool, seq: row.seq, numbers },
        readings: countReadings(envelope),
      })
    }
  }

  taken(gateway: string, lane: Lane, payload: Uint8Array): void {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) return
    const { spool, seq } = decoded.envelope
    const key = keyOf(gateway, spool, seq)
    if (!this.#lanes.has(key)) this.#lanes.set(key, lane)
  }

  /** It was evaluated, for the first time as far as the stores know. */
  settled(key: string): void {
    const lane = this.#lanes.get(key)
    if (lane) this.settledBy.set(key, lane)
  }

  /** What the centre's queue held is gone with it. */
  centreDied(): void {
    this.#lanes.clear()
  }

  received(webhook: string): void {
    this.webhooks.set(webhook, (this.webhooks.get(webhook) ?? 0) + 1)
  }

  wrong(what: string): void {
    this.violations.push(what)
  }
}

export function envelopeOf(payload: Uint8Array): Envelope {
  const decoded = decodeEnvelope(payload)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.envelope
}
