import { seriesId } from '@civitals/contracts/ids'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import type { QualityLimits } from '../../quality/limits.ts'

/** One series whose habits are looked at. */
export interface Habitual {
  readonly id: string
  readonly terminal: string
  readonly point: string
  readonly unit: string
  /** Smallest step of the sensor. */
  readonly resolution: number
  readonly reportEveryMs: number
}

/** Series of one quantity that stand near each other: what all of them are off by is no fault of one. */
export type Company = readonly Habitual[]

/** Members from which a town is company enough for itself; the others are compared across the city. */
const enough = 4
const usualResolution = 0.01

type Stands = Pick<RegistryView, 'terminals' | 'site' | 'area'>

/** All series with habits, in companies: the same point of the same kind, of one town where it has enough of them. */
export function companiesOf(limits: QualityLimits, registry: Stands): Company[] {
  const byKind = Map.groupBy(registry.terminals(), ({ kind }) => kind)
  return Object.entries(limits).flatMap(([kind, { points }]) => {
    const habitual = Object.keys(points).filter((point) => points[point]?.habits)
    const terminals = byKind.get(kind) ?? []
    if (habitual.length === 0 || terminals.length === 0) return []
    const towns = [...Map.groupBy(terminals, (terminal) => townOf(terminal, registry)).values()]
    const groups = [
      ...towns.filter(({ length }) => length >= enough),
      towns.filter(({ length }) => length < enough).flat(),
    ]
    return habitual.flatMap((point) => groups.map((group) => group.flatMap((terminal) => seriesOf(terminal, point))))
  })
}

function seriesOf({ id, points, reportEveryMs }: Terminal, point: string): Habitual[] {
  const found = points.find((one) => one.id === point)
  if (!found) return []
  const { unit, resolution = usualResolution } = found
  return [{ id: seriesId(id, point), terminal: id, point, unit, resolution, reportEveryMs }]
}

function townOf(terminal: Terminal, registry: Stands): string {
  let area = registry.area(registry.site(terminal.site)?.area ?? '')
  while (area && area.level !== 'town' && area.parent !== undefined) area = registry.area(area.parent)
  return area?.id ?? ''
}

/** Neighbours without whom nothing is taken off. */
const fewest = 2

/**
 * What the others of a company are off by, for each member: the median of theirs, its own left out; 0 where fewer than two others
 * have a value (NaN = none).
 */
export function commonOf(offs: Float64Array): Float64Array {
  const order = [...offs.keys()].filter((k) => Number.isFinite(offs[k])).sort((a, b) => (offs[a] ?? 0) - (offs[b] ?? 0))
  const rank = new Int32Array(offs.length).fill(order.length)
  for (const [place, k] of order.entries()) rank[k] = place
  return offs.map((off, k) => {
    const own = rank[k] ?? order.length
    const others = order.length - (Number.isFinite(off) ? 1 : 0)
    if (others < fewest) return 0
    const at = (place: number): number => offs[order[place < own ? place : place + 1] ?? 0] ?? 0
    return (at(Math.floor((others - 1) / 2)) + at(Math.floor(others / 2))) / 2
  })
}
