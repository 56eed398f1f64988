/** How a search ends: after so many evaluations, or when the simplex has shrunk below `tolerance` in value. */
export interface SearchLimits {
  readonly evaluations: number
  readonly tolerance: number
}

interface Corner {
  readonly x: readonly number[]
  readonly f: number
}

/**
 * Smallest value of `f` near `start` by the simplex of Nelder & Mead (1965). `f` gets whatever the simplex tries: clip inside it,
 * or return Infinity where it does not hold. Deterministic.
 */
export function minimise(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  step: readonly number[],
  limits: SearchLimits,
): readonly number[] {
  let used = 0
  const cornerOf = (x: readonly number[]): Corner => {
    used++
    const value = f(x)
    return { x, f: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value }
  }
  const first = cornerOf(start)
  const simplex = [
    first,
    ...start.map((_, axis) => cornerOf(start.map((v, k) => (k === axis ? v + (step[k] ?? 0.1) : v)))),
  ]
  const byValue = (a: Corner, b: Corner): number => a.f - b.f
  while (used < limits.evaluations) {
    simplex.sort(byValue)
    const best = simplex[0] ?? first
    const worst = simplex.at(-1) ?? first
    if (worst.f - best.f <= limits.tolerance * (Math.abs(best.f) + Number.MIN_VALUE)) break
    const rest = simplex.slice(0, -1)
    const centre = start.map((_, k) => rest.reduce((sum, corner) => sum + (corner.x[k] ?? 0), 0) / rest.length)
    const along = (t: number): Corner => cornerOf(centre.map((c, k) => c + t * ((worst.x[k] ?? 0) - c)))
    const second = rest.at(-1) ?? first
    const next = moveOf(best, second, worst, along)
    if (next) simplex[simplex.length - 1] = next
    else shrink(simplex, best, cornerOf)
  }
  return simplex.sort(byValue)[0]?.x ?? start
}

/** Reflect, and then expand or contract; undefined when the simplex must shrink. */
function moveOf(best: Corner, second: Corner, worst: Corner, along: (t: number) => Corner): Corner | undefined {
  const reflected = along(-1)
  if (reflected.f < best.f) {
    const expanded = along(-2)
    return expanded.f < reflected.f ? expanded : reflected
  }
  if (reflected.f < second.f) return reflected
  const contracted = along(reflected.f < worst.f ? -0.5 : 0.5)
  return contracted.f < Math.min(reflected.f, worst.f) ? contracted : undefined
}

function shrink(simplex: Corner[], best: Corner, cornerOf: (x: readonly number[]) => Corner): void {
  for (let k = 1; k < simplex.length; k++) {
    const corner = simplex[k] ?? best
    simplex[k] = cornerOf(best.x.map((b, axis) => (b + (corner.x[axis] ?? b)) / 2))
  }
}
