import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { loadPilot } from '../city/io/pilot-file.ts'
import { createWorld } from '../world/world.ts'
import { speedShare, stormAt, stormCourse, stormLags, stormMinutes } from './storm.ts'
import { Timeline } from './timeline.ts'

/** First minute of storm time at which something holds. */
function firstMinute(holds: (minute: number) => boolean): number {
  for (let minute = 0; minute <= stormMinutes; minute += 1 / 6) if (holds(minute)) return minute
  return Number.NaN
}

t.test('rain passes 60 mm/h and the depth passes 15 cm and 27 cm when the demonstration wants it', async (t) => {
  t.ok(Math.max(...stormCourse.map((step) => step.rain)) > 60)
  const at15 = firstMinute((minute) => stormAt(minute).depth > 15)
  const at27 = firstMinute((minute) => stormAt(minute).depth > 27)
  // At speed 60 a minute of the storm is a second of the demonstration.
  t.ok(at15 > 32 && at15 < 45, `15 cm after ${at15}`)
  t.ok(at27 - at15 > 15 && at27 - at15 < 35, `27 cm ${at27 - at15} later`)
})

t.test('signs appear in order, each at least its lag after the one before', async (t) => {
  const rain = firstMinute((minute) => stormAt(minute).rain > 5)
  const pipe = firstMinute((minute) => stormAt(minute).pipe > 0.1)
  const depth = firstMinute((minute) => stormAt(minute).depth > 1)
  const speed = firstMinute((minute) => stormAt(minute).speed < 0.9)
  const complaints = firstMinute((minute) => stormAt(minute).complaints > 5)
  t.ok(pipe - rain >= stormLags.pipeAfterRain.delay)
  t.ok(depth - pipe >= stormLags.depthAfterPipe.delay)
  t.ok(speed - depth >= stormLags.speedAfterDepth.delay)
  t.ok(complaints - depth >= stormLags.complaintsAfterDepth.delay)
  t.ok(complaints > speed)
})

t.test('it recedes, and the fallen rain stays in the gauge', async (t) => {
  const end = stormAt(stormMinutes + 1)
  t.same({ ...end, fallen: 0 }, { rain: 0, fallen: 0, pipe: 0, depth: 0, speed: 1, complaints: 0 })
  t.ok(end.fallen > 60 && end.fallen < 150)
  t.ok(stormAt(stormMinutes - 1).depth < 0.5)
})

t.test('speed over depth is the published curve', async (t) => {
  // Pregnolato et al. 2017: 86.9448 km/h dry; at 100 mm 0.0009*10000 - 55.29 + 86.9448 = 40.65; 300 mm is standstill.
  t.equal(speedShare(0), 1)
  t.ok(Math.abs(speedShare(10) * 86.9448 - 40.6548) < 1e-9)
  t.equal(speedShare(30), 0.08)
})

t.test('in the city: pipes, then road, then traffic near by, far places stay shallow and free', async (t) => {
  const timeline = new Timeline()
  const world = createWorld(await loadPilot(), await shippedProfiles(), 7, timeline)
  const start = Date.UTC(2026, 5, 10, 2)
  const before = world.sample('road-water-01', start + 5000)
  timeline.start(start, 60)
  const at = (second: number, terminal: string, point: string): number =>
    world.truth(terminal, point, start + second * 1000) ?? Number.NaN
  t.ok(at(20, 'rain-01', 'intensity') > 60)
  t.ok(at(35, 'manhole-01', 'freeboard') < 0.3)
  t.ok(at(45, 'road-water-01', 'depth') > 15)
  t.ok(at(75, 'road-water-01', 'depth') > 27)
  t.ok(at(75, 'traffic-02', 'speed') < 0.5 * at(-60, 'traffic-02', 'speed'))
  t.ok(at(75, 'traffic-06', 'speed') > 0.8 * at(-60, 'traffic-06', 'speed'))
  for (const nr of [2, 3, 4, 5]) t.ok(at(80, `road-water-0${nr}`, 'depth') < 5)
  t.equal(at(210, 'road-water-01', 'depth'), 0)
  t.ok(at(75, 'rain-01', 'total') - at(-60, 'rain-01', 'total') > 60)
  t.not(world.sample('road-water-01', start + 5000), before)
  timeline.stop(start + 50_000)
  t.equal(at(51, 'road-water-01', 'depth'), 0)
  t.ok(at(49, 'road-water-01', 'depth') > 15, 'the past stays as it was')
})

t.test('a storm can take its natural time', async (t) => {
  const timeline = new Timeline()
  timeline.start(0, 1)
  t.equal(timeline.at(40 * 60_000).depth, stormAt(40).depth)
  timeline.start(100 * 60_000, 10)
  t.equal(timeline.at(104 * 60_000).depth, stormAt(40).depth)
  t.ok(timeline.at(104 * 60_000).fallen > stormAt(40).fallen + 60, 'the rain of both')
})
