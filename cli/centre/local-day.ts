import type { EpochMs } from '@civitals/contracts/clock'

/** The day an instant falls on in a time zone, YYYY-MM-DD. */
export const localDay = (timeZone: string, at: EpochMs): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone }).format(at)
