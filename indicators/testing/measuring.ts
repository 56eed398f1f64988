import type { EpochMs } from '@civitals/contracts/clock'
import type { Quality } from '@civitals/contracts/quality'
import type { City, Terminal } from '@civitals/contracts/registry'
import { scopeOf } from '../body/scope.ts'
import type { SystemDocument } from '../definition.ts'
import { shippedDefinitions } from '../io/shipped.ts'
import type { MeasureContext } from '../measures/evidence.ts'
import type { QualityLimits } from '../quality/limits.ts'
import { type Assessed, assess } from '../scoring/assess.ts'
import { Memory } from '../scoring/memory.ts'
import { Counts } from '../windows/counts.ts'
import { localTimeOf } from '../windows/local-time.ts'
import { planWindows } from '../windows/plan.ts'
import { Windows } from '../windows/windows.ts'
import { registryOf } from './pilot.ts'

const documents = await shippedDefinitions()

function terminalsOf(
  kinds: Readonly<Record<string, number>>,
  points: readonly string[],
  reportEveryMs: number,
): Terminal[] {
  return Object.entries(kinds).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, k) => ({
      id: `${kind}-${k + 1}`,
      kind,
      profile: kind,
      group: 'any',
      gateway: 'gw',
      site: `site-${k + 1}`,
      name: { zh: kind, en: kind },
      reportEveryMs,
      points: points.map((id) => ({ id, unit: 'none', name: { zh: id, en: id } })),
    })),
  )
}

const cityOf = (terminals: Terminal[]): City => ({
  id: 'city',
  name: { zh: '城', en: 'city' },
  timeZone: 'Asia/Shanghai',
  areas: [],
  sites: [],
  gateways: [],
  terminals,
})

/** One shipped indicator alone over a few terminals: feed readings, then measure it. Without `limits` constant values may stand. */
export function measuring(
  id: string,
  kinds: Readonly<Record<string, number>>,
  reportEveryMs = 60_000,
  limits: QualityLimits = {},
) {
  const document = documents.find(({ inForce }) => inForce.some((definition) => definition.id === id)) as SystemDocument
  const inForce = document.inForce.filter((definition) => definition.id === id)
  const points = [...new Set(inForce.flatMap(({ inputs = [] }) => inputs.flatMap((input) => input.points)))]
  const registry = registryOf(cityOf(terminalsOf(kinds, points, reportEveryMs)))
  const local = localTimeOf('Asia/Shanghai')
  const windows = new Windows(planWindows(inForce), registry, local, limits)
  const counts = new Counts()
  const memory = new Memory()
  const scope = scopeOf('city', registry.terminals(), [{ ...document, inForce }], windows, true)
  const feed = (terminal: string, point: string, at: EpochMs, value: number | null, quality: Quality = 'good'): void =>
    windows.add({ terminal, point, at, value, quality })
  return {
    windows,
    counts,
    feed,
    /** The definition and the sites it reads. */
    scoped: () => scope.systems[0]?.indicators[0],
    /** One reading a minute in [from, to). */
    every(
      terminal: string,
      point: string,
      [from, to]: readonly [EpochMs, EpochMs],
      value: number | ((at: EpochMs) => number),
    ) {
      for (let at = from; at < to; at += 60_000)
        feed(terminal, point, at, typeof value === 'number' ? value : value(at))
    },
    measure(now: EpochMs): Assessed {
      const indicator = scope.systems[0]?.indicators[0]
      if (!indicator) throw new Error(`no scope for ${id}`)
      const shared = { now, local, watches: scope.watches, delays: windows.delays, counts, since: windows.since }
      const context: MeasureContext = { ...shared, ...indicator }
      return assess(document.system, 'city', context, memory)
    },
  }
}
