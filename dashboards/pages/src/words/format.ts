import { isUnitId, units } from '@civitals/contracts/units'

/** True minus, no exponent. Digits by the sensor's resolution where it is known, else three figures. */
export function formatValue(value: number, resolution?: number): string {
  const digits = resolution === undefined ? digitsOf(value) : digitsOfResolution(resolution)
  const text = value.toFixed(digits)
  const short = resolution === undefined && text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return (/^-0(\.0+)?$/.test(short) ? short.slice(1) : short).replace('-', '−')
}

const digitsOf = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
const digitsOfResolution = (step: number): number => Math.min(6, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))

/** What stands behind the number; empty for pure numbers. */
export const symbolOf = (unit: string): string => (isUnitId(unit) ? units[unit].symbol : unit)

/** Value and unit with the space between them. */
export const withUnit = (value: number, unit: string, resolution?: number): string =>
  [formatValue(value, resolution), symbolOf(unit)].filter(Boolean).join(' ')

export type AgeUnit = 's' | 'min' | 'h' | 'd'

/** An age as people say it: seconds to 99, minutes to 99, hours to 47, then days. */
export function ageOf(ms: number): readonly [amount: number, unit: AgeUnit] {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 100) return [seconds, 's']
  if (seconds < 6000) return [Math.floor(seconds / 60), 'min']
  const hours = Math.floor(seconds / 3600)
  return hours < 48 ? [hours, 'h'] : [Math.floor(hours / 24), 'd']
}

/** `≤ 100`, `≥ 97`, `24–32`. */
export function bandText([low, high]: readonly [number | null, number | null]): string {
  if (low === null && high === null) return ''
  if (low === null) return `≤ ${formatValue(high as number)}`
  return high === null ? `≥ ${formatValue(low)}` : `${formatValue(low)}–${formatValue(high)}`
}

/** Hours and minutes of a stretch: `1:51`; seconds under a minute do not show. */
export function stretch(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatIn(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone, ...options })
  formats.set(key, known)
  return known
}

/** 17:42 in the city's time. */
export const clockText = (at: number, timeZone: string): string =>
  formatIn('en-GB', timeZone, { hour: '2-digit', minute: '2-digit', hour12: false }).format(at)

/** 17:42:10 in the city's time. */
export const clockTextS = (at: number, timeZone: string): string =>
  formatIn('en-GB', timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(at)

/** 周四 17:42; Thu 17:42. */
export const weekdayClockText = (at: number, timeZone: string, locale: string): string =>
  `${formatIn(locale, timeZone, { weekday: 'short' }).format(at)} ${clockText(at, timeZone)}`

/** 6月12日 周五; Fri 12 Jun. */
export const dateText = (at: number, timeZone: string, locale: string): string =>
  formatIn(locale, timeZone, { month: 'short', day: 'numeric', weekday: 'short' }).format(at)

/** 6/12 in the city's time: a day on an axis. */
export const dayText = (at: number, timeZone: string): string =>
  formatIn('en-US', timeZone, { month: 'numeric', day: 'numeric' }).format(at)

const pollutants: Readonly<Record<string, string>> = {
  pm25: 'PM2.5',
  pm10: 'PM10',
  so2: 'SO₂',
  no2: 'NO₂',
  co: 'CO',
  o3: 'O₃',
}

/** Primary pollutants of an AQI in its detail, printed; empty when there is none. */
export function primaryText(detail: Readonly<Record<string, unknown>> | undefined): string {
  const primary = detail?.primary
  return Array.isArray(primary) ? primary.map((id) => pollutants[String(id)] ?? String(id)).join(' ') : ''
}
