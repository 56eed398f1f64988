/** A kind of series, or the complaints of the city. */
export type Node = { readonly kind: string; readonly point: string } | 'complaints'

/** One way the city may pass trouble on. What is not listed is never claimed, however well it correlates. */
export interface Link {
  readonly cause: Node
  readonly effect: Node
  /** How the effect answers. */
  readonly sign: 1 | -1
  /** Latest answer that is believed, in minutes [platform convention]. */
  readonly mostMinutes: number
}

const rain = { kind: 'rain', point: 'intensity' }
const sewer = { kind: 'manhole', point: 'level' }
const depth = { kind: 'road-water', point: 'depth' }
const speed = { kind: 'traffic', point: 'speed' }

/** Rain fills the sewers, full sewers the lowest roads; deep water stops traffic, and people complain. */
export const links: readonly Link[] = [
  { cause: rain, effect: sewer, sign: 1, mostMinutes: 60 },
  { cause: sewer, effect: depth, sign: 1, mostMinutes: 60 },
  { cause: depth, effect: speed, sign: -1, mostMinutes: 60 },
  { cause: depth, effect: 'complaints', sign: 1, mostMinutes: 60 },
]
