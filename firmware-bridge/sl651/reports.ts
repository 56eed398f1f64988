import type { EpochMs } from '@civitals/contracts/clock'
import type { BadQuality } from '../driver.ts'
import type { TerminalReport } from '../frames/session.ts'
import type { Section, Series, Sl651Body } from './body.ts'

/**
 * What a body reports, in the order of the frame: one report per station and time of observation, and one per step of a series. Keys
 * are the identifiers (`39`); a series has that of its own (`F4`). All steps but the last are history.
 */
export function reportsOf(body: Sl651Body, station: string): TerminalReport[] {
  const reports = body.sections.flatMap((section) => {
    const address = section.station ?? station
    return [...valuesOf(section, address), ...section.series.flatMap((series) => stepsOf(series, section.at, address))]
  })
  if (body.state === undefined) return reports
  // State and alarms hold when the frame is sent [SL 651-2014 table 58].
  const at = body.sentAt === undefined ? {} : { at: body.sentAt }
  return [...reports, { address: body.sections[0]?.station ?? station, ...at, elements: { 45: body.state } }]
}

function valuesOf({ at, observations }: Section, address: string): TerminalReport[] {
  if (observations.length === 0) return []
  const elements: Record<string, number> = {}
  const bad: Record<string, BadQuality> = {}
  for (const { id, value } of observations) {
    if (value === undefined) bad[id] = 'device_exception'
    else elements[id] = value
  }
  return [
    {
      address,
      ...(at === undefined ? {} : { at }),
      elements,
      ...(Object.keys(bad).length > 0 ? { bad } : {}),
    },
  ]
}

function stepsOf({ id, stepMinutes, values }: Series, from: EpochMs | undefined, address: string): TerminalReport[] {
  // Values whose times are not said cannot be told apart.
  if (from === undefined || stepMinutes === 0) return []
  return values.map((value, step) => ({
    address,
    at: from + step * stepMinutes * 60_000,
    ...(value === null ? { elements: {}, bad: { [id]: 'device_exception' as const } } : { elements: { [id]: value } }),
    ...(step < values.length - 1 ? { history: true } : {}),
  }))
}
