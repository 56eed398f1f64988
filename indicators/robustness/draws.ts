import { gamma, type Random, randomOf } from './random.ts'

/** How often weights, anchors and mean are drawn. */
export const drawCount = 1000
/** Steps of the anchors' stretch, from -10 % to +10 %. */
export const stretches: readonly number[] = Array.from({ length: 21 }, (_, k) => (k - 10) / 100)

/** The kinds of mean: arithmetic, geometric, harmonic. */
export const means = [1, 0, -1] as const
export type Mean = (typeof means)[number]

/** Furthest a weight is drawn from its default, as a share of it. */
const widest = 0.25
/** Gamma shape of an average weight: its spread is then 12.5 %, so that the bound is two spreads away. */
const averageShape = 64

/** A weighted thing: a system, or an indicator within one. */
export interface Weighed {
  readonly id: string
  readonly weight: number
}

/** All that chance decides, made once per set of weights and shared by every area and evaluation. */
export interface Draws {
  /** Factor on the default weight of each thing, draw by draw. */
  readonly factors: ReadonlyMap<string, Float32Array>
  /** Place in `stretches` of each thing's anchors, draw by draw. */
  readonly stretch: ReadonlyMap<string, Uint8Array>
  readonly mean: readonly Mean[]
}

/**
 * Draws for groups of things whose weights sum to 1 within each group: weights from a Dirichlet distribution around the defaults,
 * bounded at 25 % of each [reference 5.2 rule 7]. The gamma numbers are kept unnormalised: of any subset, divided by their sum,
 * they are Dirichlet again, so a part of the city uses the same draws. Deterministic for one seed.
 */
export function drawsFor(groups: readonly (readonly Weighed[])[], seed = 440607): Draws {
  const random = randomOf(seed)
  const factors = new Map<string, Float32Array>()
  const stretch = new Map<string, Uint8Array>()
  for (const group of groups) {
    for (const { id, weight } of group) {
      factors.set(id, factorsOf(random, weight * averageShape * group.length))
      stretch.set(
        id,
        Uint8Array.from({ length: drawCount }, () => Math.floor(random() * stretches.length)),
      )
    }
  }
  return { factors, stretch, mean: Array.from({ length: drawCount }, (_, k) => means[k % means.length] ?? 0) }
}

function factorsOf(random: Random, shape: number): Float32Array {
  const bounded = (factor: number): number => Math.min(1 + widest, Math.max(1 - widest, factor))
  // Shapes below 1 would need another method; such weights are so small that their spread hardly matters.
  const kept = Math.max(1, shape)
  return Float32Array.from({ length: drawCount }, () => bounded(gamma(random, kept) / kept))
}
