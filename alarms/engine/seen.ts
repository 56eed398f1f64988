import type { EpochMs } from '@civitals/contracts/clock'
import type { Plan } from './evaluation.ts'
import type { Watch } from './watch.ts'

/** How far a subject has been judged: newest event times of the live and of the late lane, 0 where there was none. */
export interface Seen {
  readonly evaluatedAt: EpochMs
  readonly lateAt: EpochMs
}

/** How far the series of one gateway have been judged, by subject. */
export type SeenSeries = ReadonlyMap<string, Seen>

export const unseen: Seen = { evaluatedAt: 0, lateAt: 0 }

/**
 * How far every series has been judged, kept by gateway: what comes together is written together, one row a gateway and settlement. Without it a
 * series whose values changed nothing would be forgotten with the process, and an older reading could raise an alarm dated in the past.
 */
export class SeenBook {
  readonly #gateways = new Map<string, Map<string, Seen | Watch>>()
  readonly #stored = new Map<string, Seen>()

  /** `stored`: by gateway, as it was last written. */
  constructor(stored: ReadonlyMap<string, SeenSeries> = new Map()) {
    for (const [gateway, series] of stored) {
      this.#gateways.set(gateway, new Map(series))
      for (const [key, seen] of series) this.#stored.set(key, newer(seen, this.of(key)))
    }
  }

  /** As it was last written, whichever gateway the terminal hung on. */
  of(key: string): Seen {
    return this.#stored.get(key) ?? unseen
  }

  /** From now on memory knows better. */
  follow(watch: Watch): void {
    if (watch.gateway === undefined) return
    const series = this.#gateways.get(watch.gateway) ?? new Map<string, Seen | Watch>()
    this.#gateways.set(watch.gateway, series.set(watch.key, watch))
  }

  /** What is to be written with the plan: all series of the gateways it touches. */
  after({ touched, generation }: Plan): ReadonlyMap<string, SeenSeries> {
    const gateways = new Set(touched.flatMap(({ gateway }) => gateway ?? []))
    return new Map(
      [...gateways].map((gateway) => {
        const series = [...(this.#gateways.get(gateway) ?? [])]
        return [gateway, new Map(series.map(([key, seen]) => [key, seenIn(seen, generation)]))]
      }),
    )
  }
}

const newer = (one: Seen, other: Seen): Seen => ({
  evaluatedAt: Math.max(one.evaluatedAt, other.evaluatedAt),
  lateAt: Math.max(one.lateAt, other.lateAt),
})

const seenIn = (seen: Seen | Watch, generation: number): Seen =>
  'generation' in seen && seen.generation === generation
    ? { evaluatedAt: seen.draftAt, lateAt: seen.draftLateAt }
    : seen
