import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView, Terminal } from '@civitals/contracts/registry'
import { bitOf } from '../quality/flags.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { buddyCheck } from '../quality/neighbours.ts'
import type { SeriesWindow } from './series-window.ts'

/** Finds the window of a series. */
export type WindowOf = (terminal: Terminal, point: string) => SeriesWindow | undefined

/** Values older than so many reporting periods are no company. */
const freshPeriods = 3

/** What windows look up in the registry. */
export type Stands = Pick<RegistryView, 'terminal' | 'terminals' | 'site'>

/**
 * Neighbour test over the whole city: a series that stands out from its neighbours' newest values is suspect until it does not any
 * more. Cost: pairs of terminals of a kind; call it once a minute.
 */
export function checkNeighbours(limits: QualityLimits, registry: Stands, windowOf: WindowOf, now: EpochMs): void {
  const byKind = Map.groupBy(registry.terminals(), ({ kind }) => kind)
  for (const [kind, { points }] of Object.entries(limits)) {
    for (const [point, { neighbours }] of Object.entries(points)) {
      if (!neighbours) continue
      const placed = (byKind.get(kind) ?? []).flatMap((terminal) => {
        const position = registry.site(terminal.site)?.position
        const window = windowOf(terminal, point)
        if (!position || !window || window.rawAt === null) return []
        if (now - window.rawAt > freshPeriods * window.reportEveryMs) return []
        return [{ ...position, value: window.rawValue, window }]
      })
      for (const [k, found] of buddyCheck(placed, neighbours).entries()) {
        const check = placed[k]?.window.check
        if (check) check.outside = found ? check.outside | bitOf.neighbours : check.outside & ~bitOf.neighbours
      }
    }
  }
}
