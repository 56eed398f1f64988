import { isDeepStrictEqual } from 'node:util'
import type { Catalogue } from './catalogue.ts'
import { dayAfter } from './catalogue.ts'

/** One version of one thing in a catalogue, as the store keeps it. */
export type CatalogueRecord =
  | {
      readonly kind: 'system'
      readonly key: string
      readonly version: number
      readonly content: Catalogue['systems'][number]
    }
  | {
      readonly kind: 'indicator'
      readonly key: string
      readonly version: number
      readonly content: Catalogue['indicators'][number]
    }
  | {
      readonly kind: 'scope'
      readonly key: string
      readonly version: number
      readonly content: Catalogue['outOfScope'][number]
    }

/** One step from what is stored to what the files say. */
export interface Change {
  readonly what: 'add' | 'alter'
  readonly record: CatalogueRecord
  readonly before?: CatalogueRecord
  /** First day on which something is computed differently. */
  readonly from: string
}

export interface ChangePlan {
  readonly changes: readonly Change[]
  /** Why the files cannot be applied; each names id and version. */
  readonly problems: readonly string[]
}

/** A catalogue as records. A dated decision has its day as version. */
export const recordsOf = (catalogue: Catalogue): CatalogueRecord[] => [
  ...catalogue.systems.map(
    (content) => ({ kind: 'system', key: content.system, version: content.version, content }) as const,
  ),
  ...catalogue.indicators.map(
    (content) => ({ kind: 'indicator', key: content.id, version: content.version, content }) as const,
  ),
  ...catalogue.outOfScope.map(
    (content) =>
      ({ kind: 'scope', key: content.id, version: Number(content.decided.replaceAll('-', '')), content }) as const,
  ),
]

/** A catalogue from records. */
export const catalogueFrom = (records: readonly CatalogueRecord[]): Catalogue => ({
  systems: records.flatMap((one) => (one.kind === 'system' ? [one.content] : [])),
  indicators: records.flatMap((one) => (one.kind === 'indicator' ? [one.content] : [])),
  outOfScope: records.flatMap((one) => (one.kind === 'scope' ? [one.content] : [])),
})

export const keyOf = ({ kind, key, version }: CatalogueRecord): string => `${kind}/${key}/${version}`

const lifecycle = ['draft', 'trial', 'in force', 'retired'] as const

/**
 * Steps from `stored` to `wanted`. What the files do not list stays. What has begun cannot change: a version in force takes a new
 * version, only its last day and its place in the lifecycle may move, forward and not into the past. `today`: local day.
 */
export function planChanges(stored: Catalogue, wanted: Catalogue, today: string): ChangePlan {
  const known = new Map(recordsOf(stored).map((record) => [keyOf(record), record]))
  const first = known.size === 0
  const changes: Change[] = []
  const problems: string[] = []
  for (const record of recordsOf(wanted)) {
    const before = known.get(keyOf(record))
    if (!before) {
      const from = begins(record)
      if (!first && from < today && counts(record)) {
        problems.push(
          `${named(record)} begins on ${from}: what is past is not rewritten; begin it on ${today} or later`,
        )
      }
      changes.push({ what: 'add', record, from })
    } else if (!isDeepStrictEqual(before.content, record.content)) {
      const found = alteration(before, record, today)
      if (typeof found === 'string') problems.push(found)
      else changes.push(found)
    }
  }
  return { changes, problems }
}

/** The catalogue after the changes. */
export function changed(stored: Catalogue, changes: readonly Change[]): Catalogue {
  const records = new Map(recordsOf(stored).map((record) => [keyOf(record), record]))
  for (const { record } of changes) records.set(keyOf(record), record)
  return catalogueFrom([...records.values()])
}

const named = ({ key, version }: CatalogueRecord): string => `${key} version ${version}`

const begins = (record: CatalogueRecord): string =>
  record.kind === 'scope' ? record.content.decided : record.content.validFrom

const counts = (record: CatalogueRecord): boolean =>
  record.kind !== 'indicator' || record.content.state === 'in force' || record.content.state === 'retired'

function alteration(before: CatalogueRecord, record: CatalogueRecord, today: string): Change | string {
  if (before.kind !== 'indicator' || record.kind !== 'indicator') {
    return begins(before) > today
      ? { what: 'alter', record, before, from: begins(record) }
      : `${named(record)} has applied since ${begins(before)}: give the change a later version`
  }
  const [old, next] = [before.content, record.content]
  if (old.state === 'draft' || old.validFrom > today) return { what: 'alter', record, before, from: next.validFrom }
  const { state: _, validTo: __, ...oldRest } = old
  const { state: ___, validTo: ____, ...nextRest } = next
  if (!isDeepStrictEqual(oldRest, nextRest)) {
    return `${named(record)} is ${old.state} since ${old.validFrom}: a change needs version ${record.version + 1}`
  }
  if (lifecycle.indexOf(next.state) < lifecycle.indexOf(old.state)) {
    return `${named(record)} is ${old.state} and cannot go back to ${next.state}`
  }
  if (old.state === 'trial' && next.state === 'in force') {
    return `${named(record)} was tried since ${old.validFrom}: put it in force as version ${record.version + 1}, from its own day`
  }
  if (next.validTo !== old.validTo && dayAfter(next.validTo ?? '9999-12-30') < today) {
    return `${named(record)} would end on ${next.validTo}, in the past`
  }
  return { what: 'alter', record, before, from: next.validTo ? dayAfter(next.validTo) : today }
}
