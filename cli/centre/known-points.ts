import type { KnownPoints } from '@civitals/indicators/lint'

interface Measuring {
  readonly kind: string
  readonly points: readonly { readonly id: string }[]
}

/** Points by kind, of profiles and of registered terminals alike: what a definition may read. */
export function pointsOf(measuring: Iterable<Measuring>): KnownPoints {
  const points = new Map<string, Set<string>>()
  for (const { kind, points: measured } of measuring) {
    const known = points.get(kind) ?? new Set<string>()
    points.set(kind, known)
    for (const { id } of measured) known.add(id)
  }
  return points
}
