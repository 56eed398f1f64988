// How well faults are found: faults with labels put into simulated and public series, everything that is said of them held against
// the labels; and false alarms on clean series.
//   setup/with-node bench/detection/report.ts [SEED] [--write]     --write: also docs/detection.md
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainCalendar } from '../../indicators/baseline/calendar.ts'
import { HourHistory } from '../../indicators/baseline/hour-history.ts'
import { median } from '../../indicators/formulas/statistics.ts'
import { shippedLimits } from '../../indicators/io/shipped-limits.ts'
import type { PointLimits } from '../../indicators/quality/limits.ts'
import { localTimeOf } from '../../indicators/windows/local-time.ts'
import { type SignalFault, type SignalFaultKind, signalFaultKinds } from '../../simulator/signal-faults/fault.ts'
import { inject } from '../../simulator/signal-faults/inject.ts'
import { planFaults } from '../../simulator/signal-faults/plan.ts'
import { streamOf } from '../../simulator/world/chance.ts'
import { type Figure, printFigures } from '../run.ts'
import { alarmsOf, isFound, isTrue } from './peers/judge.ts'
import { type Arrived, readingWise, residuals, type Said, type Subject, sayAll } from './peers/pipeline.ts'
import { type Clean, pilotSeries, publicSeries } from './peers/series.ts'

const seed = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 7)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = Date.parse('2026-03-02T00:00:00+08:00')
const days = 28

/** Points into which faults are put: physical quantities that move by themselves. The others are judged on clean data only. */
const judged: Readonly<Record<string, readonly string[]>> = {
  air: ['pm25', 'pm10', 'so2', 'no2', 'co', 'o3', 'temperature', 'humidity', 'pressure'],
  noise: ['laeq'],
  traffic: ['flow', 'speed'],
  supply: ['pressure'],
  manhole: ['level'],
  river: ['level'],
  hydrant: ['pressure'],
  electrical: ['cable_temperature', 'voltage'],
}

const limits = await shippedLimits()
const limitsOf = ({ kind, point }: Clean): PointLimits => limits[kind]?.points[point] ?? {}

function historyOf(clean: Clean): HourHistory {
  const zone = clean.kind === 'weather' ? 'UTC' : 'Asia/Shanghai'
  // The simulated people know no holidays.
  const history = new HourHistory(localTimeOf(zone, plainCalendar))
  for (const { at, value } of clean.taught) history.add(at, value)
  return history
}

const subjectOf = (clean: Clean, common: Subject['common']): Subject => ({
  everyMs: clean.everyMs,
  resolution: clean.resolution,
  limits: limitsOf(clean),
  history: historyOf(clean),
  weeks: 4,
  common,
})

const none = (): number => 0
const arrived = (clean: Clean): Arrived[] => clean.samples.map(({ at, value }) => ({ at, arrived: at, value }))

/** Residuals of a clean series by hour: what its neighbours are compared with. */
function cleanResiduals(clean: Clean): Map<number, number> {
  const subject = subjectOf(clean, none)
  return residuals(readingWise(arrived(clean), subject, []), subject)
}

/** Median of what two or more neighbours are off by; 0 where there are fewer. */
const commonOf =
  (others: readonly ReadonlyMap<number, number>[]) =>
  (hour: number): number => {
    const off = others.map((one) => one.get(hour)).filter((value) => value !== undefined)
    return off.length >= 2 ? median(off) : 0
  }

interface Outcome {
  readonly labels: readonly SignalFault[]
  readonly found: readonly SignalFault[]
  readonly alarms: number
  readonly trueAlarms: number
}

/** One series with faults, judged. */
function withFaults(clean: Clean, each: number, common: Subject['common']): Outcome {
  const stream = streamOf(seed, clean.id)
  const plan = { each, warmUpMs: 7 * dayMs, quietMs: 18 * hourMs }
  const faults = planFaults(clean.samples, plan, stream)
  const { samples, labels } = inject(clean.samples, faults, stream, clean.resolution)
  const times = inject(
    clean.samples,
    faults.filter(({ kind }) => kind === 'gap'),
    stream,
  ).samples
  const readings = samples.map(({ at, value }, k) => ({ at, value, arrived: times[k]?.at ?? at }))
  const said = sayAll(readings, subjectOf(clean, common))
  const alarms = alarmsOf(said)
  return {
    labels,
    found: labels.filter((label) => isFound(label, said, clean.everyMs)),
    alarms: alarms.length,
    trueAlarms: alarms.filter((alarm) => isTrue(alarm, labels, clean.everyMs)).length,
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? Number.NaN : part / whole)
const wanted: Partial<Record<SignalFaultKind, number>> = { spike: 0.9, stuck: 0.9, gap: 0.9, drift: 0.8, offset: 0.8 }

function figuresOf(outcomes: readonly Outcome[]): Figure[] {
  const recalls = signalFaultKinds.map((kind) => {
    const labels = outcomes.flatMap((outcome) => outcome.labels.filter((label) => label.kind === kind)).length
    const found = outcomes.flatMap((outcome) => outcome.found.filter((label) => label.kind === kind)).length
    const target = wanted[kind]
    const what = `${kind}: found ${found} of ${labels}`
    return { what, measured: share(found, labels), unit: '', ...(target ? { atLeast: target } : {}) }
  })
  const alarms = outcomes.reduce((sum, outcome) => sum + outcome.alarms, 0)
  const right = outcomes.reduce((sum, outcome) => sum + outcome.trueAlarms, 0)
  return [
    ...recalls,
    { what: `precision: ${right} of ${alarms} alarms`, measured: share(right, alarms), unit: '', atLeast: 0.8 },
  ]
}

const pilot = await pilotSeries(seed, start, days)
const lively = pilot.filter(({ kind, point }) => judged[kind]?.includes(point))
const still = new Map(lively.map((clean) => [clean.id, cleanResiduals(clean)]))
const commonFor = (clean: Clean): Subject['common'] =>
  commonOf(
    lively
      .filter(({ id, kind, point }) => id !== clean.id && kind === clean.kind && point === clean.point)
      .map(({ id }) => still.get(id) ?? new Map()),
  )

const simulated = figuresOf(lively.map((clean) => withFaults(clean, 1, commonFor(clean))))
const borrowed = figuresOf(publicSeries().map((clean) => withFaults(clean, 6, none)))

const byTerminal = new Map<string, Said[]>()
for (const clean of pilot) {
  const said = byTerminal.get(clean.terminal) ?? []
  byTerminal.set(clean.terminal, said)
  const counts = judged[clean.kind]?.includes(clean.point)
  // Points that stand still by nature have limits and no habits.
  if (counts) said.push(...sayAll(arrived(clean), subjectOf(clean, commonFor(clean))))
  else readingWise(arrived(clean), subjectOf(clean, none), limits[clean.kind]?.points[clean.point] ? said : [])
}
const falseAlarms = [...byTerminal.values()].map((said) => alarmsOf(said).length)
const terminalWeeks = (byTerminal.size * days) / 7
const most = [...byTerminal].map(([id, said]) => [id, alarmsOf(said).length] as const).sort((a, b) => b[1] - a[1])
const clean: Figure[] = [
  {
    what: `false alarms on clean data, ${byTerminal.size} terminals, ${days} days`,
    measured: share(
      falseAlarms.reduce((sum, count) => sum + count, 0),
      terminalWeeks,
    ),
    unit: 'per terminal-week',
    atMost: 1,
  },
]
const titles = [
  [`Faults in ${lively.length} simulated series`, simulated],
  ['Faults in 3 public series (Seattle hourly normals)', borrowed],
  ['Clean simulated data', clean],
] as const
for (const [title, figures] of titles) printFigures(title, figures)
console.log(
  `most false alarms: ${most
    .slice(0, 6)
    .map(([id, count]) => `${id} ${count}`)
    .join(', ')}`,
)
if (process.argv.includes('--verbose')) {
  for (const [id, said] of byTerminal)
    for (const alarm of alarmsOf(said)) console.log(id, new Date(alarm.from).toISOString(), alarm.kinds.join())
}

if (process.argv.includes('--write')) {
  const row = ({ what, measured, atLeast, atMost, unit }: Figure): string => {
    const target = atLeast === undefined ? (atMost === undefined ? '' : `<= ${atMost}`) : `>= ${atLeast}`
    const met = atLeast === undefined ? (atMost === undefined ? '' : measured <= atMost) : measured >= atLeast
    return `| ${what} | ${measured.toFixed(3)} ${unit} | ${target} | ${met === '' ? '' : met ? 'met' : '**missed**'} |`
  }
  const tables = titles.map(([title, figures]) =>
    [`## ${title}`, '', '| figure | measured | target | |', '|---|---|---|---|', ...figures.map(row), ''].join('\n'),
  )
  const intro = `# How well faults are found

Printed by \`npm run bench -- detection\` with seed ${seed}; written by the same script with \`--write\`. Faults are put into clean series with
labels by \`simulator/signal-faults\`, which was committed before any detector; their sizes and lengths stand in \`plan.ts\` and were not
changed afterwards. A fault counts as found when something said within its time names it (\`bench/detection/peers/judge.ts\` lists which
names count for which fault); an alarm counts as right when it overlaps a fault or the twelve hours after one. Simulated neighbours of a
series with faults are healthy.

Thresholds of the detectors were looked at with seed 7, all other targets were met at once there; only the stuck test, 11 of 18 in the public series, missed its target and was made
sharper once. The figures below are of another seed. What stays hard: an offset or a drift of the size of the noise of a single station
without neighbours; a value that is held for less than the series naturally stands still (hourly climate normals in steps of 0.1);
jumps between two terminals' clocks below five minutes, which nothing here looks for. On clean data the rain gauge is called stuck when the
same drizzle is read for long, and noise is said of traffic that is livelier than the weeks before. How far a series usually lies apart at an
hour of the week came into the test of level when the clean demonstration (another seed) showed a shift that was an ordinary rush hour.
Since the detector of readings runs live it learns for one day instead of two, so that it speaks sooner: false alarms on clean data rose from 0.20 to 0.29
a terminal-week.

## What of it runs live

All of it, in the centre, with the same code. Quality control judges every reading before it scores. Of series with habits (\`habits: true\` in
\`indicators/quality/limits.yaml\`), the detector of single readings takes every settled reading that counts, in order of event time, and finds
\`spike\`, \`stuck\`, \`noise\` and \`gap\`; once an hour the hours are judged against the weeks before and the neighbours for \`level\` and
\`drift\`. A test (\`indicators/anomaly/readings/live.test.ts\`) puts labelled faults into a station and holds the live findings equal to those of the
detector as it is judged here, also over kills at every point of a settlement.

- Findings stand at \`/api/v1/anomalies\`, on the page *Findings* (异常), in the trend of the series and beside the inputs of an explained indicator. They are for
  the desk to look into: no alarm is raised by a spike, a stuck value, noise or a gap; level and drift have rules of the lowest priority. Neither
  readings nor scores are changed; hours of stuck or noisy readings and of shifts are left out of baselines.
- What lies less than six hours apart, of one kind and series, is one finding: begin, end, how often, and how odd it was at its worst.
- Habits are learned for a day (and 48 readings) before anything but a gap is said; noise that lasts two days is a habit. When the centre first starts on
  stored readings, habits are learned from the last day of them where that is not more than 500,000.
- A reading older than the newest of its series, as after an outage of a gateway, is left to quality control.
- One matter, one voice: that a terminal or gateway is silent is said by the state of the gateway, the ages of its values and the indicators of the
  network. A gap is only found of a series that is missing for more than three reporting periods while other points of its terminal are heard; of a terminal
  with one point it never is.
- A finding is written within a minute, habits are kept every ten minutes (as windows are), and after a restart what was settled since is read back: the same
  findings under the same names, none twice.
`
  const file = join(import.meta.dirname, '..', '..', 'docs', 'detection.md')
  writeFileSync(file, `${[intro, ...tables].join('\n').trimEnd()}\n`)
}
