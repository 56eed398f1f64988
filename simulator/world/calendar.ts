/** Local time of the demonstration city: Asia/Shanghai, UTC+8 all year. */
export const utcOffsetMs = 8 * 3_600_000
export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** Days since 1970-01-01, local. */
export const localDay = (at: number): number => Math.floor((at + utcOffsetMs) / dayMs)

/** Hours since local midnight, 0 to 24, with fraction. */
export const localHour = (at: number): number => ((at + utcOffsetMs) % dayMs) / hourMs

/** 0 Sunday to 6 Saturday; 1970-01-01 was a Thursday. */
export const weekday = (at: number): number => (localDay(at) + 4) % 7

export const isWeekend = (at: number): boolean => weekday(at) === 0 || weekday(at) === 6

/** Instant at which a local day begins. */
export const startOfDay = (day: number): number => day * dayMs - utcOffsetMs

/** -1 in mid-January to 1 in mid-July. */
export const season = (at: number): number => -Math.cos((2 * Math.PI * (localDay(at) - 15)) / 365.25)

/** A bump of one around `peakHour`, `widthHours` wide to each side, over midnight too. */
export function around(hour: number, peakHour: number, widthHours: number): number {
  const apart = Math.abs(((((hour - peakHour) % 24) + 36) % 24) - 12)
  return Math.exp(-((apart / widthHours) ** 2))
}

/** Whether street lamps should burn: from 18:40 in winter, 19:20 in summer, to 6:50 or 5:50. */
export function isLampTime(at: number): boolean {
  const hour = localHour(at)
  const turn = season(at)
  return hour >= 19 + turn / 3 || hour < 6.33 - turn / 2
}

/** Hours of lamp time in a whole night of that season. */
export const lampHours = (at: number): number => 24 - (19 + season(at) / 3) + (6.33 - season(at) / 2)
