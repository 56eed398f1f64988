import { countReadings } from '@civitals/contracts/encode-envelope'
import type { Sample } from '@civitals/contracts/envelope'
import { type LostReadings, type ReadingClass, readingClasses } from '../spool/spool.ts'

/** Samples kept in memory while the disk refuses them. */
export const maxHeldSamples = 20_000
/** So many are given up at once: looking for the oldest of a class at every sample would cost more than sampling. */
const givenUpAtOnce = 200

/** Why readings were given up, as the gap record says it. */
export const noRoomInMemory = 'disk refused, memory full'

export interface Held {
  readonly sample: Sample
  readonly config: string
  readonly class: ReadingClass
}

/**
 * What has not been committed yet, in order and within a bound. Beyond it the lowest class goes first, the oldest of it; how many readings
 * went is kept, to be declared with the next commit.
 */
export class HeldSamples {
  #samples: Held[] = []
  #lost: LostReadings | undefined
  #counts = countsOf([])

  get size(): number {
    return this.#samples.length
  }

  get hasUrgent(): boolean {
    return this.#counts.alarm > 0
  }

  add(held: Held): void {
    this.#samples.push(held)
    this.#counts[held.class]++
    this.#keepWithinBound()
  }

  /** Hands everything over. */
  take(): { readonly samples: readonly Held[]; readonly lost: LostReadings | undefined } {
    const taken = { samples: this.#samples, lost: this.#lost }
    this.#samples = []
    this.#lost = undefined
    this.#counts = countsOf([])
    return taken
  }

  /** What was taken could not be committed; newer samples may have come meanwhile. */
  putBack(samples: readonly Held[], lost: LostReadings | undefined): void {
    this.#samples = [...samples, ...this.#samples]
    this.#counts = countsOf(this.#samples)
    if (lost) this.#lost = together(lost, this.#lost)
    this.#keepWithinBound()
  }

  #keepWithinBound(): void {
    const excess = this.#samples.length - maxHeldSamples
    if (excess <= 0) return
    const going = this.#shares(Math.max(excess, givenUpAtOnce))
    this.#samples = this.#samples.filter((held) => {
      if (going[held.class] === 0) return true
      going[held.class]--
      this.#giveUp(held.sample)
      return false
    })
    this.#counts = countsOf(this.#samples)
  }

  /** How many of each class go, the lowest first. */
  #shares(number: number): Counts {
    const shares = countsOf([])
    let left = number
    for (const kept of readingClasses) {
      shares[kept] = Math.min(left, this.#counts[kept])
      left -= shares[kept]
    }
    return shares
  }

  #giveUp(sample: Sample): void {
    const readings = countReadings({ samples: [sample] })
    this.#lost = together({ readings, from: sample.at, to: sample.at, reason: noRoomInMemory }, this.#lost)
  }
}

type Counts = Record<ReadingClass, number>

function countsOf(samples: readonly Held[]): Counts {
  const counts: Counts = { debug: 0, telemetry: 0, event: 0, alarm: 0 }
  for (const held of samples) counts[held.class]++
  return counts
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
