import { seriesId } from '@civitals/contracts/ids'
import type { Area, RegistryView, Terminal } from '@civitals/contracts/registry'
import type { Definition, SystemDocument } from '../definition.ts'
import type { SiteInput } from '../measures/evidence.ts'
import type { SeriesWindow } from '../windows/series-window.ts'
import type { TerminalWatch } from '../windows/terminal-watch.ts'
import type { Windows } from '../windows/windows.ts'

/** One indicator with the sites it reads in one area. */
export interface ScopedIndicator {
  readonly definition: Definition
  readonly sites: readonly SiteInput[]
  /** Ids of the series it reads. */
  readonly inputs: string[]
}

/** What is judged in one area: fixed while the registry does not change. */
export interface Scope {
  readonly area: string
  readonly watches: readonly TerminalWatch[]
  readonly systems: readonly {
    readonly id: SystemDocument['system']
    readonly weight: number
    readonly indicators: readonly ScopedIndicator[]
  }[]
  /** Computed beside the others and not counted; of the whole city only. */
  readonly trial: readonly (ScopedIndicator & { readonly system: SystemDocument['system'] })[]
}

/** Measures about the whole platform: they say nothing of a part of the city. */
const cityWide: ReadonlySet<string> = new Set(['latency-p95', 'complaint-ratio'])

function siteOf(windows: Windows, terminal: Terminal, points: readonly string[]): SiteInput {
  const series = points
    .map((point) => windows.of(terminal.id)?.series.get(point))
    .filter((found): found is SeriesWindow => found !== undefined)
  const watch = windows.of(terminal.id)?.watch
  return { terminal: terminal.id, site: terminal.site, points: series, ...(watch ? { watch } : {}) }
}

function sitesOf(windows: Windows, definition: Definition, terminals: readonly Terminal[]): SiteInput[] {
  return (definition.inputs ?? []).flatMap(({ kind, points }) =>
    terminals.filter((terminal) => terminal.kind === kind).map((terminal) => siteOf(windows, terminal, points)),
  )
}

const seriesOf = (sites: readonly SiteInput[]): string[] =>
  sites.flatMap(({ points }) => points.map(({ terminal, point }) => seriesId(terminal, point)))

/**
 * Scope of an area from its terminals. In the whole city every definition in force is owed; in a part of it only those that have
 * terminals there.
 */
export function scopeOf(
  area: string,
  terminals: readonly Terminal[],
  documents: readonly SystemDocument[],
  windows: Windows,
  whole: boolean,
): Scope {
  const scoped = (definition: Definition): ScopedIndicator => {
    const sites = sitesOf(windows, definition, terminals)
    return { definition, sites, inputs: seriesOf(sites) }
  }
  const systems = documents.map(({ system, weight, owner, inForce }) => ({
    id: system,
    weight,
    indicators: inForce
      .map((definition) => scoped({ owner, ...definition }))
      .filter(
        ({ definition, sites }) =>
          whole || (definition.inputs ? sites.length > 0 : terminals.length > 0 && !cityWide.has(definition.formula)),
      ),
  }))
  const watches = terminals.map(({ id }) => windows.of(id)?.watch).filter((watch) => watch !== undefined)
  const trial = whole
    ? documents.flatMap(({ system, trial }) => trial.map((definition) => ({ system, ...scoped(definition) })))
    : []
  return { area, watches, systems: systems.filter(({ indicators }) => indicators.length > 0), trial }
}

/** Terminals whose site lies in `area` or an area within it. */
export function terminalsIn(registry: RegistryView, area: string): Terminal[] {
  return registry.terminals().filter(({ site }) => liesIn(registry, registry.site(site)?.area, area))
}

function liesIn(registry: RegistryView, from: string | undefined, area: string): boolean {
  let current: Area | undefined = from === undefined ? undefined : registry.area(from)
  // A tree of areas is a handful deep; the bound ends a cycle someone registered.
  for (let depth = 0; current && depth < 16; depth++) {
    if (current.id === area) return true
    current = current.parent === undefined ? undefined : registry.area(current.parent)
  }
  return false
}
