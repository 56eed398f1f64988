import t from 'tap'
import { LevelDetector, type Shift } from './level-detector.ts'
import { type Oddity, ReadingDetector } from './reading-detector.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A fixed scatter about zero, -1..1, that repeats after 997 steps. */
const scatter = (k: number): number => ((k * 389) % 997) / 498 - 1

function readings(value: (minute: number) => number | null, minutes = 6000): Oddity[] {
  const detector = new ReadingDetector({ everyMs: minuteMs, resolution: 0.1 })
  const found: Oddity[] = []
  for (let minute = 0; minute < minutes; minute++) {
    const one = value(minute)
    if (one !== null) detector.take(minute * minuteMs, one, (anomaly) => found.push(anomaly))
  }
  detector.open((anomaly) => found.push(anomaly))
  return found
}
const said = (found: readonly Oddity[]): unknown[] =>
  found.map(({ kind, from, to }) => [kind, from / minuteMs, to / minuteMs])

t.test('a series that keeps its habits says nothing', async (t) => {
  t.strictSame(
    readings((minute) => 20 + scatter(minute)),
    [],
  )
})

t.test('spike, stuck, noise and gap are found where they are', async (t) => {
  const odd = readings((minute) => {
    if (minute === 2000) return 60
    if (minute >= 2500 && minute < 2700) return 20
    if (minute >= 3000 && minute < 3120) return 20 + 8 * scatter(minute)
    if (minute >= 4000 && minute < 4030) return null
    return 20 + scatter(minute)
  })
  t.strictSame(said(odd.filter(({ kind }) => kind === 'spike')), [['spike', 2000, 2000]])
  t.strictSame(said(odd.filter(({ kind }) => kind === 'stuck')), [['stuck', 2500, 2699]])
  t.strictSame(said(odd.filter(({ kind }) => kind === 'gap')), [['gap', 4000, 4030]])
  const noise = odd.filter(({ kind }) => kind === 'noise')
  t.ok(noise.length >= 1 && noise.every(({ from, to }) => to > 3000 * minuteMs && from < 3130 * minuteMs))
})

function hours(residual: (hour: number) => number, spread: (hour: number) => number = () => 0): Shift[] {
  const detector = new LevelDetector(0.01)
  const found: Shift[] = []
  for (let hour = 0; hour < 600; hour++)
    detector.take(hour * hourMs, residual(hour), spread(hour), (anomaly) => found.push(anomaly))
  detector.open((anomaly) => found.push(anomaly))
  return found
}

t.test('a step is a shift of level from its hour on, a ramp is drift', async (t) => {
  t.strictSame(
    hours((hour) => scatter(hour)),
    [],
  )
  const [step] = hours((hour) => scatter(hour) + (hour >= 300 && hour < 340 ? 4 : 0))
  t.equal(step?.kind, 'level')
  t.ok(Math.abs((step?.from ?? 0) / hourMs - 300) <= 1, `${(step?.from ?? 0) / hourMs}`)
  const [ramp] = hours((hour) => scatter(hour) + (hour >= 300 && hour < 372 ? (hour - 300) / 10 : 0))
  t.equal(ramp?.kind, 'drift')
})

t.test('a new level that stays for ten days is accepted', async (t) => {
  const found = hours((hour) => scatter(hour) + (hour >= 200 ? 4 : 0))
  t.equal(found.length, 1)
  t.ok((found[0]?.to ?? 0) <= (200 + 243) * hourMs)
})

t.test('what is usual at its hours of the week is no shift, at other hours it is', async (t) => {
  const rush = (hour: number): boolean => hour % 24 >= 15 && hour % 24 < 19
  const slow = (hour: number): number => scatter(hour) * (rush(hour) ? 0.9 : 0.3) - (hour >= 375 && hour < 379 ? 2 : 0)
  t.equal(hours(slow).length, 1)
  t.strictSame(
    hours(slow, (hour) => (rush(hour) ? 1.4 : 0.2)),
    [],
  )
  t.equal(
    hours(
      (hour) => slow(hour + 12),
      (hour) => (rush(hour) ? 1.4 : 0.2),
    ).length,
    1,
  )
})
