// What of the polls of one terminal is told, and what of it is urgent.
import type { BadQuality } from '@civitals/firmware-bridge/driver'
import type { ModbusPoint, Profile } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import { type PollReport, type ReportOptions, TerminalReporter } from './reporter.ts'

const point = (id: string, more: object): ModbusPoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'cm',
  class: 'normal',
  resolution: 0.1,
  range: [-1000, 1000],
  read: { function: 'holding', address: 0, type: 'u16' },
  ...more,
})
const profile = (more: object): Profile => ({
  profile: 'gauge',
  version: 1,
  kind: 'gauge',
  group: 'water',
  protocol: 'modbus',
  name: { zh: '计', en: 'gauge' },
  source: 'test',
  reportEvery: '60s',
  points: [point('level', more)],
})

type Step = number | BadQuality

/** One poll each `everyMs`; what was told of each. */
function run(steps: readonly Step[], more: object, options: Partial<ReportOptions> = {}, everyMs = 1000) {
  const reporter = new TerminalReporter(profile(more), { report: 'onChange', ...options })
  return steps.map((step, index) => {
    const taken =
      typeof step === 'number'
        ? { at: 5_000_000 + index, values: { level: step }, quality: {} }
        : { values: {}, quality: { level: step } }
    return reporter.report(taken, 9_000_000 + index, index * everyMs)
  })
}
const told = (reports: readonly (PollReport | undefined)[]): unknown[] =>
  reports.map((one) => one && (one.values.level ?? one.quality.level))
const urgent = (reports: readonly (PollReport | undefined)[]): number[] =>
  reports.flatMap((one, index) => (one?.class === 'alarm' ? [index] : []))
const repeat = (step: Step, times: number): Step[] => Array.from({ length: times }, () => step)

t.test('on change: what stays within the deadband of the last told value is not told', async (t) => {
  t.same(told(run([10, 10.2, 10.5, 10.6, 10.5, 10.1], { deadband: 0.5 })), [
    10,
    undefined,
    undefined,
    10.6,
    undefined,
    undefined,
  ])
  t.same(told(run([10, 10, 10.1], {})), [10, undefined, 10.1], 'without one, any change counts')
  t.same(told(run([0.2, 0.3], { deadband: 0.1 })), [0.2, undefined], 'binary dust is no change')
})

t.test('on change: slow drift is told when it has added up', async (t) => {
  const drift = Array.from({ length: 12 }, (_, index) => Math.round(index * 2) / 10)
  t.same(
    told(run(drift, { deadband: 0.5 })).filter((one) => one !== undefined),
    [0, 0.6, 1.2, 1.8],
  )
})

t.test('on change: a steady value is told once a heartbeat, never later', async (t) => {
  const at = told(run(repeat(7, 200), {}, {}, 1000)).flatMap((one, index) => (one === undefined ? [] : [index]))
  t.same(at, [0, 60, 120, 180])
  const sparse = told(run(repeat(7, 20), {}, {}, 25_000)).flatMap((one, index) => (one === undefined ? [] : [index]))
  t.same(sparse, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18], 'every 50 s: another poll later would be too late')
  const own = run(repeat(7, 30), {}, { report: 'onChange', points: { level: { reportEvery: '10s' } } })
  t.equal(told(own).filter((one) => one === 7).length, 3, 'the configuration may say another')
})

t.test('every poll is told where the link is free', async (t) => {
  t.same(told(run([7, 7, 7], { deadband: 5 }, { report: 'every' })), [7, 7, 7])
})

t.test('a change of quality is always told; a missing value is no number', async (t) => {
  const reports = run([7, 'comm_fail', 'comm_fail', 'device_exception', 7, 7], {})
  t.same(told(reports), [7, 'comm_fail', undefined, 'device_exception', 7, undefined])
  t.same(reports[1]?.values, {})
  t.equal(reports[1]?.at, 9_000_001, 'nothing arrived: the time of the attempt')
  t.equal(reports[0]?.at, 5_000_000, 'otherwise the time of the reading')
})

t.test('a value that changes faster than is believable is kept, as uncertain', async (t) => {
  const reports = run([10, 12, 50, 51, 52], { maxRate: 2 })
  t.same(
    reports.map((one) => one && [one.values.level, one.quality.level]),
    [
      [10, undefined],
      [12, undefined],
      [50, 'uncertain'],
      [51, undefined],
      [52, undefined],
    ],
  )
  const slow = run([10, 50], { maxRate: 2 }, {}, 20_000)
  t.equal(slow[1]?.quality.level, undefined, '40 in 20 s is 2 a second')
})

t.test('alarm points are urgent when they change beyond the deadband, drift included', async (t) => {
  const alarm = { class: 'alarm', deadband: 0.5 }
  for (const report of ['every', 'onChange'] as const) {
    t.same(urgent(run([10, 10.4, 10.8, 10.9, 11.4], alarm, { report })), [0, 2, 4], report)
  }
  t.same(urgent(run([10, 10.4, 10.8], { deadband: 0.5 })), [], 'ordinary points never are')
  t.same(urgent(run([10, 'comm_fail', 'comm_fail', 10, 10], alarm)), [0, 1, 3], 'losing and regaining it is urgent')
})

t.test('an edge alarm makes only the crossing urgent, both ways, with hysteresis', async (t) => {
  const edge = { class: 'normal', edgeAlarm: { above: 15, below: -5, hysteresis: 1 } }
  t.same(urgent(run([14, 15, 15.1, 14.5, 15.2, 13.9, 14.5, -5.1, -4.5, -3.9], edge)), [2, 5, 7, 9])
  t.same(urgent(run([16, 17], edge)), [0], 'a first value beyond a limit')
  t.same(urgent(run([3, 9, 12, 16], { ...edge, class: 'alarm' })), [0, 3], 'and of an alarm point, the first of all')
})

t.test(
  'a report is of the highest class its points declare; the configuration says it in place of the profile',
  async (t) => {
    const classes = (more: object, options?: Partial<ReportOptions>): unknown[] =>
      run([10, 'comm_fail'], more, options).map((one) => one?.class)
    t.same(classes({}), ['telemetry', 'telemetry'])
    t.same(classes({ keep: 'debug' }), ['debug', 'debug'])
    t.same(classes({ keep: 'debug' }, { points: { level: { keep: 'event' } } }), ['event', 'event'])
    t.same(classes({ keep: 'debug', class: 'alarm' }), ['alarm', 'alarm'], 'what is urgent stands above all')
  },
)

t.test('what is told later is kept whole and changes nothing of what is told now', async (t) => {
  const reporter = new TerminalReporter(profile({}), { report: 'onChange' })
  const told = (values: Record<string, number>, history = false) =>
    reporter.report({ at: 5, values, quality: {}, history }, 9, 1000)
  const point = 'level'
  told({ [point]: 20 })
  t.match(told({ [point]: 20 }, true), { at: 5, values: { [point]: 20 }, class: 'telemetry' })
  t.match(told({ [point]: 90 }, true), { values: { [point]: 90 }, class: 'telemetry' })
  t.equal(told({ [point]: 20 }), undefined, 'no news: what was told last stands')
  t.equal(told({ nothing: 1 }, true), undefined)
})
