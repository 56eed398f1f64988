// A drift for tests and for work on the page before a centre exists.
import type { Anomaly, SeriesAnomaly } from '@civitals/contracts/anomaly'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type { ApiSources } from '../api/sources.ts'

const hour = 3_600_000

/** A gauge and a station drift since the day before, a pressure stands still and a level is missing now; what else was, is over. */
export function fixtureAnomalies(now: number): Anomaly[] {
  const of = { terminal: 'air-01', point: 'pm25', unit: 'ug/m3' }
  const end = Math.floor(now / hour) * hour
  return [
    {
      ...{ terminal: 'road-water-02', point: 'depth', unit: 'cm', kind: 'drift', open: true, off: 1.2 },
      ...{ from: end - 20 * hour, to: end, foundAt: end - 9 * hour },
    },
    { ...of, kind: 'drift', from: end - 15 * hour, to: end, open: true, foundAt: end - 6 * hour, off: 23.4 },
    {
      ...of,
      kind: 'level',
      from: end - 120 * hour,
      to: end - 96 * hour,
      open: false,
      foundAt: end - 116 * hour,
      off: -9,
    },
    {
      ...{
        terminal: 'supply-02',
        point: 'pressure',
        unit: 'MPa',
        kind: 'stuck',
        open: true,
        off: 0,
        times: 1,
        score: 6.2,
      },
      ...{ from: end - 4 * hour, to: end, foundAt: end - 3 * hour },
    },
    {
      ...{ terminal: 'air-03', point: 'no2', unit: 'ug/m3', kind: 'gap', open: true, off: 0, times: 1, score: 95 },
      ...{ from: end - 1.5 * hour, to: end, foundAt: end - 1.4 * hour },
    },
    {
      ...{ terminal: 'air-02', point: 'temperature', unit: 'celsius', kind: 'spike', open: false, off: 14.2, times: 3 },
      ...{ from: end - 9 * hour, to: end - 7 * hour, foundAt: end - 9 * hour, score: 71 },
    },
    {
      ...{
        terminal: 'traffic-01',
        point: 'flow',
        unit: 'veh/h',
        kind: 'noise',
        open: false,
        off: 410,
        times: 1,
        score: 4.4,
      },
      ...{ from: end - 30 * hour, to: end - 28 * hour, foundAt: end - 29 * hour },
    },
  ]
}

export const touches = (
  { terminal, point, from, to, open }: Anomaly,
  asked: Parameters<NonNullable<ApiSources['anomalies']>>[0],
): boolean =>
  terminal === (asked.terminal ?? terminal) &&
  point === (asked.point ?? point) &&
  open === (asked.open ?? open) &&
  to >= (asked.from ?? 0) &&
  from < (asked.to ?? Number.POSITIVE_INFINITY)

export function seriesAnomalyOf(terminal: string, point: string, unit = 'none', now: number): SeriesAnomaly {
  const anomalies = fixtureAnomalies(now).filter((one) => touches(one, { terminal, point }))
  const usual = { value: 61, sigma: 7.5 }
  const judged = { judgedTo: Math.floor(now / hour) * hour, usual, value: 86, neighboursOff: 1.6 }
  return {
    terminal,
    point,
    unit,
    anomalies,
    ...(anomalies.length > 0 ? { state: 'odd', ...judged } : { state: 'not-judged' }),
  }
}

/** Some doubtful readings this morning, of the station that drifts. */
export function fixtureFlags(
  { terminal, point }: { readonly terminal: string; readonly point: string },
  now: number,
): Pick<SeriesFlags, 'counts' | 'spans'> {
  if (`${terminal}/${point}` !== 'air-01/pm25')
    return { counts: { pass: 120, suspect: 0, fail: 0, missing: 0 }, spans: [] }
  return {
    counts: { pass: 115, suspect: 4, fail: 1, missing: 0 },
    spans: [
      { from: now - 9 * hour, to: now - 8.5 * hour, flag: 3, tests: ['flat'], readings: 4 },
      { from: now - 3 * hour, to: now - 3 * hour, flag: 4, tests: ['spike'], readings: 1 },
    ],
  }
}
