import days from './china-days.json' with { type: 'json' }

/** What kind of day people live: an ordinary one of its weekday, a public holiday, or a weekend day worked instead of another. */
export type DayType = 'ordinary' | 'holiday' | 'make-up'

/** Day types by local day (YYYY-MM-DD). */
export type Calendar = (day: string) => DayType

/** Every day is one of its weekday. */
export const plainCalendar: Calendar = () => 'ordinary'

const holidays: ReadonlySet<string> = new Set(days.holidays)
const makeUp: ReadonlySet<string> = new Set(days.makeUpWorkdays)

/** Chinese public holidays and make-up workdays, for the years the data reach; ordinary days beyond. */
export const chineseCalendar: Calendar = (day) =>
  holidays.has(day) ? 'holiday' : makeUp.has(day) ? 'make-up' : 'ordinary'

/** The calendar people in a time zone live by. */
export const calendarOf = (timeZone: string): Calendar =>
  ['Asia/Shanghai', 'Asia/Urumqi', 'Asia/Chongqing', 'Asia/Harbin'].includes(timeZone) ? chineseCalendar : plainCalendar
