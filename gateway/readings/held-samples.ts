import { countReadings } from '@civitals/contracts/encode-envelope'
import type { Sample } from '@civitals/contracts/envelope'
import type { LostReadings } from '../spool/spool.ts'

/** Samples kept in memory while the disk refuses them. */
export const maxHeldSamples = 20_000
/** So many are given up at once: looking for the oldest ordinary ones at every sample would cost more than sampling. */
const givenUpAtOnce = 200

/** Why readings were given up, as the gap record says it. */
export const noRoomInMemory = 'disk refused, memory full'

export interface Held {
  readonly sample: Sample
  readonly config: string
  readonly urgent: boolean
}

/**
 * What has not been committed yet, in order and within a bound. Beyond it ordinary samples go first, the oldest of them; how many readings
 * went is kept, to be declared with the next commit.
 */
export class HeldSamples {
  #samples: Held[] = []
  #lost: LostReadings | undefined
  #urgent = 0

  get size(): number {
    return this.#samples.length
  }

  get hasUrgent(): boolean {
    return this.#urgent > 0
  }

  add(held: Held): void {
    this.#samples.push(held)
    if (held.urgent) this.#urgent++
    this.#keepWithinBound()
  }

  /** Hands everything over. */
  take(): { readonly samples: readonly Held[]; readonly lost: LostReadings | undefined } {
    const taken = { samples: this.#samples, lost: this.#lost }
    this.#samples = []
    this.#lost = undefined
    this.#urgent = 0
    return taken
  }

  /** What was taken could not be committed; newer samples may have come meanwhile. */
  putBack(samples: readonly Held[], lost: LostReadings | undefined): void {
    this.#samples = [...samples, ...this.#samples]
    for (const { urgent } of samples) if (urgent) this.#urgent++
    if (lost) this.#lost = together(lost, this.#lost)
    this.#keepWithinBound()
  }

  #keepWithinBound(): void {
    const excess = this.#samples.length - maxHeldSamples
    if (excess <= 0) return
    let left = Math.max(excess, givenUpAtOnce)
    const ordinary = this.#samples.length - this.#urgent
    const kept: Held[] = []
    let onlyUrgent = Math.max(0, left - ordinary)
    left -= onlyUrgent
    for (const held of this.#samples) {
      if (held.urgent ? onlyUrgent > 0 : left > 0) {
        if (held.urgent) onlyUrgent--
        else left--
        this.#giveUp(held)
      } else kept.push(held)
    }
    this.#samples = kept
  }

  #giveUp({ sample, urgent }: Held): void {
    if (urgent) this.#urgent--
    const readings = countReadings({ samples: [sample] })
    this.#lost = together({ readings, from: sample.at, to: sample.at, reason: noRoomInMemory }, this.#lost)
  }
}

const together = (one: LostReadings, other: LostReadings | undefined): LostReadings =>
  other
    ? {
        ...one,
        readings: one.readings + other.readings,
        from: Math.min(one.from, other.from),
        to: Math.max(one.to, other.to),
      }
    : one
