import type { EpochMs } from '@civitals/contracts/clock'
import { type Calendar, calendarOf, type DayType } from '../baseline/calendar.ts'

const hourMs = 3_600_000

/** Parts of an instant as people in the city read them. */
export interface LocalParts {
  /** YYYY-MM-DD. */
  readonly day: string
  /** 0..23. */
  readonly hour: number
  /** 0 Monday 00:00 .. 167 Sunday 23:00. */
  readonly hourOfWeek: number
  /** Holidays and make-up workdays have a rhythm of their own. */
  readonly dayType: DayType
}

export type LocalTime = (at: EpochMs) => LocalParts

/**
 * Local time of an IANA zone, kept per quarter of an hour (offsets are multiples of one): formatting costs microseconds, looking
 * up does not.
 */
export function localTimeOf(timeZone: string, calendar: Calendar = calendarOf(timeZone)): LocalTime {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  })
  const kept = new Map<number, LocalParts>()
  return (at) => {
    const quarter = Math.floor(at / (hourMs / 4))
    const known = kept.get(quarter)
    if (known) return known
    const parts = partsOf(format, calendar, quarter * (hourMs / 4))
    if (kept.size > 20_000) kept.clear()
    kept.set(quarter, parts)
    return parts
  }
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function partsOf(format: Intl.DateTimeFormat, calendar: Calendar, at: EpochMs): LocalParts {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const hour = Number(parts.get('hour'))
  const day = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
  const dayType = calendar(day)
  return { day, hour, dayType, hourOfWeek: weekdays.indexOf(parts.get('weekday') ?? '') * 24 + hour }
}
