import { bodySystems } from '@civitals/contracts/body'
import type { Definition, OutOfScope, SystemDocument, SystemFile, SystemHeader } from './definition.ts'

type System = SystemHeader['system']

/** Every version of everything that defines the indicator system, whatever day it applies to. */
export interface Catalogue {
  readonly systems: readonly SystemHeader[]
  readonly indicators: readonly (Definition & { readonly system: System })[]
  readonly outOfScope: readonly (OutOfScope & { readonly system: System })[]
}

/** A catalogue from its files. */
export const catalogueOf = (files: readonly SystemFile[]): Catalogue => ({
  systems: files.map(({ system, version, validFrom, weight, owner }) => ({
    system,
    version,
    validFrom,
    weight,
    owner,
  })),
  indicators: files.flatMap(({ system, indicators }) => indicators.map((one) => ({ ...one, system }))),
  outOfScope: files.flatMap(({ system, outOfScope }) => outOfScope.map((one) => ({ ...one, system }))),
})

/** The files of a catalogue: the newest header of each system, every version of its indicators. */
export const filesOf = (catalogue: Catalogue): SystemFile[] =>
  (Object.keys(bodySystems) as System[]).flatMap((system) => {
    const header = newest(catalogue.systems.filter((one) => one.system === system))
    if (!header) return []
    const within = <T extends { readonly system: System }>(list: readonly T[]) =>
      list.filter((one) => one.system === system).map(({ system: _, ...one }) => one)
    return [{ ...header, indicators: within(catalogue.indicators), outOfScope: within(catalogue.outOfScope) }]
  })

/** The day after every version there is. */
export const lastDay = '9999-12-31'

/**
 * The indicator system on one local day (YYYY-MM-DD), systems in the order pages list them. Days before the first version of
 * anything are judged by that first version. `retired` counts until its last day.
 */
export function effectiveOn(catalogue: Catalogue, day: string): SystemDocument[] {
  return (Object.keys(bodySystems) as System[]).flatMap((system) => {
    const header = onDay(
      catalogue.systems.filter((one) => one.system === system),
      day,
    )
    if (!header) return []
    const indicators = catalogue.indicators.filter((one) => one.system === system)
    const inForce = eachOn(
      indicators.filter(({ state }) => state === 'in force' || state === 'retired'),
      day,
    )
    const trial = eachOn(
      indicators.filter(({ state }) => state === 'trial'),
      day,
    )
    const counted = new Set(inForce.map(({ id }) => id))
    const outOfScope = eachOn(
      catalogue.outOfScope
        .filter((one) => one.system === system && !counted.has(one.id))
        .map((one) => ({ ...one, version: 0, validFrom: one.decided })),
      day,
    ).map(({ version: _, validFrom: __, ...one }) => one)
    return [{ system, weight: header.weight, owner: header.owner, inForce, trial, outOfScope }]
  })
}

/** Days on which something begins or has just ended. */
export const daysOfChange = ({ systems, indicators, outOfScope }: Catalogue): string[] =>
  [
    ...new Set([
      ...systems.map(({ validFrom }) => validFrom),
      ...indicators.flatMap(({ validFrom, validTo }) => (validTo ? [validFrom, dayAfter(validTo)] : [validFrom])),
      ...outOfScope.map(({ decided }) => decided),
    ]),
  ].sort()

/** The local day after another. */
export const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

interface Dated {
  readonly version: number
  readonly validFrom: string
  readonly validTo?: string
}

const newest = <T extends Dated>(versions: readonly T[]): T | undefined =>
  versions.reduce<T | undefined>((found, one) => (!found || isNewer(one, found) ? one : found), undefined)

const isNewer = (a: Dated, b: Dated): boolean =>
  a.validFrom === b.validFrom ? a.version > b.version : a.validFrom > b.validFrom

/** The version of one thing that applies on a day; before the first of all, that one. */
function onDay<T extends Dated>(versions: readonly T[], day: string): T | undefined {
  const begun = newest(versions.filter(({ validFrom }) => validFrom <= day))
  if (begun) return (begun.validTo ?? lastDay) >= day ? begun : undefined
  return versions.reduce<T | undefined>((first, one) => (!first || isNewer(first, one) ? one : first), undefined)
}

/** The version of each id that applies on a day, in the order they are listed. */
function eachOn<T extends Dated & { readonly id: string }>(list: readonly T[], day: string): T[] {
  const byId = Map.groupBy(list, ({ id }) => id)
  return [...byId.values()].flatMap((versions) => onDay(versions, day) ?? [])
}
