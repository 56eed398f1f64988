import { type Stream, uniform } from '../world/chance.ts'
import { type SignalFault, type SignalFaultKind, type SignalSample, signalFaultKinds, spreadOf } from './fault.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

interface Extent {
  /** Shortest and longest, ms. */
  readonly lasts: readonly [number, number]
  /** Never shorter than so many samples: series that report once a day have faults too. */
  readonly samples: number
  /** Smallest and largest size in spreads of the clean series; clock: ms; units: see `units`. */
  readonly size: readonly [number, number]
}

/**
 * How long faults last and how large they are. Fixed before any detector was written, and not to be tuned to one: sizes are of
 * the order of the daily swing, which is what a maintenance crew would go out for.
 */
const extents: Readonly<Record<SignalFaultKind, Extent>> = {
  spike: { lasts: [0, 0], samples: 1, size: [4, 12] },
  stuck: { lasts: [3 * hourMs, 8 * hourMs], samples: 12, size: [0, 0] },
  drift: { lasts: [2 * dayMs, 4 * dayMs], samples: 60, size: [2, 5] },
  offset: { lasts: [12 * hourMs, 2 * dayMs], samples: 24, size: [1.5, 4] },
  noise: { lasts: [hourMs, 3 * hourMs], samples: 24, size: [1, 2.5] },
  gap: { lasts: [30 * minuteMs, 6 * hourMs], samples: 3, size: [0, 0] },
  units: { lasts: [2 * hourMs, 12 * hourMs], samples: 24, size: [0, 0] },
  clock: { lasts: [hourMs, 6 * hourMs], samples: 12, size: [10 * minuteMs, 8 * hourMs] },
}

/** Mistakes of scale that happen: thousandfold (mg for ug), tenfold (a lost decimal place), Fahrenheit for Celsius. */
const units: readonly Pick<SignalFault, 'size' | 'shift'>[] = [
  { size: 1000 },
  { size: 0.001 },
  { size: 10 },
  { size: 0.1 },
  { size: 1.8, shift: 32 },
]

/** Quiet time before the first fault and between two, so that each is judged by itself. */
export interface FaultPlan {
  readonly kinds?: readonly SignalFaultKind[]
  /** Faults of each kind. */
  readonly each: number
  /** ms left alone at the beginning. */
  readonly warmUpMs: number
  /** ms left alone after each. */
  readonly quietMs: number
}

/**
 * Faults for one clean series, in order of time and apart from each other; fewer than asked for when the series is too short.
 * The same stream gives the same plan.
 */
export function planFaults(clean: readonly SignalSample[], plan: FaultPlan, stream: Stream): SignalFault[] {
  const everyMs = Math.max(1, (clean[1]?.at ?? 0) - (clean[0]?.at ?? 0))
  const spread = spreadOf(clean.map(({ value }) => value))
  const end = clean.at(-1)?.at ?? 0
  const wanted = (plan.kinds ?? signalFaultKinds).flatMap((kind) => Array.from({ length: plan.each }, () => kind))
  const order = wanted
    .map((kind, k) => ({ kind, place: uniform(stream, 7_000 + k) }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind)
  const lengths = order.map((kind, k) => lengthOf(kind, everyMs, uniform(stream, 8_000 + k)))
  const start = (clean[0]?.at ?? 0) + plan.warmUpMs
  const busy = lengths.reduce((sum, length) => sum + length + plan.quietMs, 0)
  // What is left over is shared out between the faults, unevenly.
  const spare = Math.max(0, end - start - busy)
  const shares = order.map((_, k) => uniform(stream, 9_000 + k))
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const faults: SignalFault[] = []
  let next = start
  for (const [k, kind] of order.entries()) {
    const begins = next + (spare * (shares[k] ?? 0)) / whole
    const from = clean.find(({ at }) => at >= begins)?.at
    const to = (from ?? 0) + (lengths[k] ?? 0)
    if (from === undefined || to > end) break
    faults.push({ kind, from, to, ...sizeOf(kind, spread, everyMs, stream, k) })
    next = to + plan.quietMs
  }
  return faults
}

function lengthOf(kind: SignalFaultKind, everyMs: number, chance: number): number {
  const { lasts, samples } = extents[kind]
  const wanted = lasts[0] + chance * (lasts[1] - lasts[0])
  return Math.max(samples, Math.round(wanted / everyMs)) * everyMs
}

function sizeOf(
  kind: SignalFaultKind,
  spread: number,
  everyMs: number,
  stream: Stream,
  k: number,
): Pick<SignalFault, 'size' | 'shift'> {
  const { size } = extents[kind]
  const chance = uniform(stream, 10_000 + k)
  const sign = uniform(stream, 11_000 + k) < 0.5 ? -1 : 1
  const between = size[0] + chance * (size[1] - size[0])
  if (kind === 'units') return units[Math.floor(chance * units.length)] ?? { size: 10 }
  if (kind === 'noise') return { size: between * spread }
  // A clock that is wrong by less than three samples cannot be told from jitter.
  if (kind === 'clock') return { size: sign * Math.max(3, Math.round(between / everyMs)) * everyMs }
  return { size: sign * between * spread }
}
