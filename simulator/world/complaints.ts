import { type Name, NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'
import type { Timeline } from '../scenario/timeline.ts'
import { dayMs, hourMs, isWeekend, localDay, localHour, startOfDay } from './calendar.ts'
import { poisson, type Stream, streamOf, uniform } from './chance.ts'

const WordingSchema = Type.Object(
  {
    matter: Type.String({ description: 'Code of the matter list.' }),
    weight: Type.Number({ exclusiveMinimum: 0 }),
    sites: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    text: NameSchema,
  },
  { additionalProperties: false },
)
type Wording = Static<typeof WordingSchema>

/** What citizens complain about, on ordinary days and in a storm (`data/complaints.yaml`). */
export const ComplaintTableSchema = Type.Object(
  { ordinary: Type.Array(WordingSchema, { minItems: 1 }), storm: Type.Array(WordingSchema, { minItems: 1 }) },
  { additionalProperties: false },
)
export type ComplaintTable = Static<typeof ComplaintTableSchema>

/** One citizen's complaint to the hotline. */
export interface Complaint {
  readonly at: number
  readonly site: string
  readonly matter: string
  readonly text: Name
}

/** Complaints of one local day. */
export interface DailyComplaints {
  /** Local midnight at which the day begins, ms since 1970. */
  readonly at: number
  readonly count: number
}

export interface Complaints {
  /** Complaints after `from` up to and including `to`, in order of time. */
  between(from: number, to: number): Complaint[]
  /** Counts of the local days that begin in [from, to); the day of `to` is counted up to `to`. */
  daily(from: number, to: number): Iterable<DailyComplaints>
}

/** Complaints a day when nothing is wrong. */
export const ordinaryPerDay = 120

/** Calls at each full hour of a day, relative: few at night, most in office hours. */
const hourly = [1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 8, 6, 6, 8, 8, 7, 6, 6, 6, 6, 5, 3, 2] as const
const hourlySum = hourly.reduce((sum, share) => sum + share, 0)

/** Complaints per hour at an instant; Mondays bring more and weekends fewer. */
function ordinaryRate(at: number): number {
  const day = isWeekend(at) ? 0.8 : 1.08
  return (ordinaryPerDay * day * (hourly[Math.floor(localHour(at))] ?? 0)) / hourlySum
}

/** Slots are counted by themselves, so that any stretch of time can be had alone. */
interface Process {
  readonly stream: Stream
  readonly slotMs: number
  readonly table: readonly Wording[]
  readonly rate: (at: number) => number
}

export function complaintsOf(
  seed: number,
  timeline: Timeline,
  table: ComplaintTable,
  sites: readonly string[],
): Complaints {
  const ordinary: Process = {
    stream: streamOf(seed, 'complaints'),
    slotMs: 60_000,
    table: table.ordinary,
    rate: ordinaryRate,
  }
  const storm: Process = {
    stream: streamOf(seed, 'storm complaints'),
    slotMs: 1000,
    table: table.storm,
    rate: (at) => timeline.at(at).complaintRate,
  }
  const between = (from: number, to: number): Complaint[] => {
    const processes = timeline.touches(from, to) ? [ordinary, storm] : [ordinary]
    return processes.flatMap((one) => [...happen(one, sites, from, to)]).sort((a, b) => a.at - b.at)
  }
  return {
    between,
    *daily(from, to) {
      for (let day = localDay(from - 1) + 1; startOfDay(day) < to; day++) {
        const at = startOfDay(day)
        yield { at, count: between(at - 1, Math.min(to, at + dayMs - 1)).length }
      }
    },
  }
}

function* happen(process: Process, sites: readonly string[], from: number, to: number): Generator<Complaint> {
  const { stream, slotMs, table, rate } = process
  const last = Math.floor(to / slotMs)
  for (let slot = Math.floor(from / slotMs); slot <= last; slot++) {
    const count = poisson(stream, slot * 64, (rate(slot * slotMs) * slotMs) / hourMs)
    for (let nth = 0; nth < Math.min(count, 20); nth++) {
      const pick = (what: number): number => uniform(stream, slot * 64 + 1 + nth * 3 + what)
      const at = Math.floor((slot + pick(0)) * slotMs)
      if (at <= from || at > to) continue
      const wording = weighted(table, pick(1))
      const places = wording.sites ?? sites
      const site = places[Math.floor(pick(2) * places.length)] ?? ''
      yield { at, site, matter: wording.matter, text: wording.text }
    }
  }
}

function weighted(table: readonly Wording[], chance: number): Wording {
  let left = chance * table.reduce((sum, one) => sum + one.weight, 0)
  for (const one of table) {
    left -= one.weight
    if (left < 0) return one
  }
  return table[table.length - 1] as Wording
}
