// What a full disk does before it gives anything up whole: of a minute that was never sent it keeps the last value of each point.
import { countReadings, encodeEnvelope, maxWireBytes } from '@civitals/contracts/encode-envelope'
import type { Envelope, Gap, Sample } from '@civitals/contracts/envelope'
import { openPayload } from '@civitals/contracts/payload'
import { rowOf } from './accounts.ts'
import { maxGapsPerEnvelope, mergeGaps } from './gaps.ts'
import { type DropClass, type RowSummary, type SpoolState, type SpoolTable, sizeOf, type TableRow } from './table.ts'

/** Why readings were given up, as the gap record says it. */
export const thinnedOut = 'disk budget, thinned'

const minuteMs = 60_000
/** Bounds of what is decoded at once, in a thread with little memory. */
const mostRows = 128
const mostReadings = 40_000

export interface ThinningBounds {
  /** Lowest number no link was ever given: what may have arrived as it was must stay as it is. */
  readonly unsentFrom: number
  /** Rows from here on are left alone. */
  readonly before: number
  readonly compress: boolean
}

/**
 * Makes one envelope of the oldest minute of a class: the last one, and before its samples those of the others that hold the last value of a
 * point. It keeps the number of the last and declares the others, with the readings that are not kept of each, in gap records of its own: the
 * centre hears of both at once, and no number stands for two contents that may both arrive. Undefined: there is nothing to thin.
 */
export function thinOldest(
  state: SpoolState,
  table: SpoolTable,
  kind: DropClass,
  { unsentFrom, before, compress }: ThinningBounds,
): SpoolState | undefined {
  if (kind !== 'debug' && kind !== 'telemetry') return undefined
  const from = Math.max(unsentFrom, (state.thinned?.[kind] ?? 0) + 1)
  if (from >= before) return undefined
  const minute = minuteOf(table.oldest(kind, before, mostRows, from), state.age ?? 0)
  if (minute.length === 0) return undefined
  const alike = alikeOf(table.read(minute.map(({ seq }) => seq)))
  const last = (alike.at(-1)?.row ?? minute.at(-1))?.seq ?? before
  const looked = { ...state, thinned: { ...state.thinned, [kind]: last } }
  const joined = alike.length > 1 ? join(alike, compress) : undefined
  if (!joined) return looked
  const rows = alike.map(({ row }) => row)
  table.remove(rows.slice(0, -1).map(({ seq }) => seq))
  table.replace(joined)
  return withJoined(looked, rows, joined)
}

/** The leading rows that are of one minute of the spool's life; none while it is not over. */
function minuteOf(rows: readonly RowSummary[], age: number): readonly RowSummary[] {
  const minute = (ms: number): number => Math.floor(ms / minuteMs)
  const [first] = rows
  if (!first || minute(first.age) === minute(age)) return []
  let readings = 0
  const end = rows.findIndex((row) => {
    readings += row.readings
    return minute(row.age) !== minute(first.age) || readings > mostReadings
  })
  return rows.slice(0, end === -1 ? undefined : Math.max(1, end))
}

interface Opened {
  readonly row: TableRow
  readonly envelope: Envelope
}

/** The leading rows one envelope can stand for: read with one configuration. The fix of a clock travels as it is. */
function alikeOf(rows: readonly TableRow[]): readonly Opened[] {
  const opened = rows.flatMap((row): Opened[] => {
    const payload = openPayload(row.payload)
    return payload.ok ? [{ row, envelope: payload.value as Envelope }] : []
  })
  const config = opened[0]?.envelope.config
  const end = opened.findIndex(({ envelope }) => envelope.config !== config || envelope.clockFix)
  return opened.slice(0, end === -1 ? undefined : Math.max(1, end))
}

/** Undefined: it would save nothing. */
function join(alike: readonly Opened[], compress: boolean): TableRow | undefined {
  const last = alike.at(-1)
  if (!last) return undefined
  const kept = lastOf(alike)
  const gaps = mergeGaps(carriedGaps(alike), lossesOf(alike, kept))
  const envelope = { ...last.envelope, gaps, samples: kept.flat() } as Envelope
  const payload = encodeEnvelope(envelope, compress)
  const bytes = alike.reduce((sum, { row }) => sum + row.payload.length, 0)
  if (payload.length >= bytes || payload.length > maxWireBytes || gaps.length > maxGapsPerEnvelope) return undefined
  return rowOf(envelope, payload, last.row.class, { now: last.row.committedAt, age: last.row.age }, { gaps })
}

/** All samples of the last, and of the others what tells of a point that none after it tells of. */
function lastOf(alike: readonly Opened[]): readonly (readonly Sample[])[] {
  const seen = new Set<string>()
  const newestFirst = alike.toReversed().map(({ envelope: { samples } }, place) =>
    samples
      .toReversed()
      .filter((sample) => hasNew(sample, seen) || place === 0)
      .reverse(),
  )
  return newestFirst.reverse()
}

/** Whether a sample tells of a point that was not told of yet; from now on it was. */
function hasNew({ terminal, values, quality }: Sample, seen: Set<string>): boolean {
  const before = seen.size
  for (const point in values) seen.add(`${terminal}/${point}`)
  for (const point in quality) seen.add(`${terminal}/${point}`)
  return seen.size > before
}

const carriedGaps = (alike: readonly Opened[]): Gap[] => alike.flatMap(({ row }) => row.carried?.gaps ?? [])

/** What is not kept of each row, by its number; the last is kept whole. */
const lossesOf = (alike: readonly Opened[], kept: readonly (readonly Sample[])[]): Gap[] =>
  alike.slice(0, -1).map(({ row: { seq, from, to, readings } }, place) => ({
    ...{ fromSeq: seq, toSeq: seq, from, to, reason: thinnedOut },
    readings: readings - countReadings({ samples: [...(kept[place] ?? [])] }),
  }))

function withJoined(state: SpoolState, rows: readonly TableRow[], joined: TableRow): SpoolState {
  const lost = rows.reduce((sum, row) => sum + row.readings, 0) - joined.readings
  return {
    ...state,
    waiting: state.waiting - rows.length + 1,
    waitingReadings: state.waitingReadings - lost,
    declaredLost: state.declaredLost + lost,
    bytes: rows.reduce((bytes, row) => bytes - sizeOf(row.payload.length), state.bytes + sizeOf(joined.payload.length)),
  }
}
