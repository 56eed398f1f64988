import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { loadPilot } from '../city/io/pilot-file.ts'
import { createWorld } from './world.ts'

const pilot = await loadPilot()
const profiles = await shippedProfiles()
const noon = Date.UTC(2026, 5, 12, 4)
const hour = 3_600_000

t.test('same seed, same city, whatever was asked before', async (t) => {
  const one = createWorld(pilot, profiles, 7)
  const other = createWorld(pilot, profiles, 7)
  other.sample('air-01', noon - 30 * 24 * hour)
  const instants = [noon, noon + 1000, noon + hour, noon - hour]
  const asked = instants.map((at) => one.terminals.map(({ id }) => one.sample(id, at)))
  const backwards = instants.toReversed().map((at) => other.terminals.map(({ id }) => other.sample(id, at)))
  t.same(asked, backwards.toReversed())
})

t.test('another seed, another city', async (t) => {
  const one = createWorld(pilot, profiles, 7)
  const other = createWorld(pilot, profiles, 8)
  t.not(one.truth('air-01', 'pm25', noon), other.truth('air-01', 'pm25', noon))
  t.not(one.truth('traffic-01', 'flow', noon), other.truth('traffic-01', 'flow', noon))
})

t.test('every point of every profile has a value at every hour of the year, within its range', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  const found: string[] = []
  const request = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1), everyMs: 31 * hour }
  for (const { terminal, values, at } of world.history(request)) {
    const profile = profiles.get(world.terminals.find(({ id }) => id === terminal)!.profile)!
    const truths = world.truths(terminal, at) ?? {}
    for (const point of profile.points) {
      const truth = truths[point.id]
      const value = values[point.id]
      if (truth === undefined || value === undefined || !Number.isFinite(truth))
        found.push(`${terminal}/${point.id} absent`)
      else if (value < point.range[0] || value > point.range[1]) found.push(`${terminal}/${point.id} ${value}`)
      else if (truth < point.range[0] || truth > point.range[1]) found.push(`${terminal}/${point.id} true ${truth}`)
    }
  }
  t.same([...new Set(found)], [])
})

t.test('on ordinary days the city is in its usual bands', async (t) => {
  const world = createWorld(pilot, profiles, 440607)
  const outside = new Map<string, number>()
  let samples = 0
  for (const { terminal, values } of world.history({ from: noon, to: noon + 7 * 24 * hour, everyMs: hour / 2 })) {
    const profile = profiles.get(world.terminals.find(({ id }) => id === terminal)!.profile)!
    for (const { id, normal } of profile.points) {
      const value = values[id] ?? 0
      const slack = 0.5
      samples++
      if (normal && (value < normal[0] - slack || value > normal[1] + slack)) {
        outside.set(`${terminal}/${id}`, (outside.get(`${terminal}/${id}`) ?? 0) + 1)
      }
    }
  }
  const total = [...outside.values()].reduce((sum, count) => sum + count, 0)
  t.ok(total < samples / 200, JSON.stringify([...outside]))
})

t.test('the hourly particle index stays between 50 and 100', async (t) => {
  // Breakpoints 35 and 60 ug/m3 are IAQI 50 and 100 [HJ 633-2026 table 1].
  const world = createWorld(pilot, profiles, 440607)
  for (let day = 0; day < 365; day += 5) {
    const at = Date.UTC(2026, 0, 1 + day, day % 24)
    const pm25 = [1, 2, 3, 4].map((nr) => world.truth(`air-0${nr}`, 'pm25', at) ?? 0)
    const mean = pm25.reduce((sum, value) => sum + value, 0) / 4
    t.ok(mean > 25 && mean < 60, `${new Date(at).toISOString()} ${mean}`)
  }
})

t.test('totals never go back', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  for (const [terminal, point] of [
    ['rain-01', 'total'],
    ['lamp-03', 'energy'],
  ] as const) {
    const instants = Array.from({ length: 960 }, (_, at) => noon + (at * hour) / 2)
    const totals = instants.map((at) => world.value(terminal, point, at) ?? Number.NaN)
    t.same(
      totals,
      totals.toSorted((a, b) => a - b),
      `${terminal}/${point}`,
    )
  }
})

t.test('traffic drives nitrogen dioxide, sound and speed', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  const night = Date.UTC(2026, 5, 9, 19)
  const rush = Date.UTC(2026, 5, 10, 0, 30)
  const at = (terminal: string, point: string, when: number): number => world.truth(terminal, point, when) ?? 0
  t.ok(at('traffic-04', 'flow', rush) > 5 * at('traffic-04', 'flow', night))
  t.ok(at('air-02', 'no2', rush) > 1.5 * at('air-02', 'no2', night))
  t.ok(at('noise-02', 'laeq', rush) > at('noise-02', 'laeq', night) + 5)
  t.ok(at('traffic-04', 'speed', rush) < at('traffic-04', 'speed', night))
})

t.test('level and freeboard of a manhole add up to its depth', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  const sum = (world.truth('manhole-01', 'level', noon) ?? 0) + (world.truth('manhole-01', 'freeboard', noon) ?? 0)
  t.ok(Math.abs(sum - 2.4) < 1e-9)
})

t.test('lamps burn at night and not at noon', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  t.equal(world.value('lamp-01', 'lamps_due', noon), 0)
  t.equal(world.value('lamp-01', 'lamps_due', noon + 12 * hour), 64)
})

t.test('26 hours of one-minute history', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  let samples = 0
  for (const _ of world.history({ from: noon - 26 * hour, to: noon, everyMs: 60_000 })) samples++
  t.equal(samples, 26 * 60 * 53)
})

t.test('a series that does not exist has no value', async (t) => {
  const world = createWorld(pilot, profiles, 7)
  t.equal(world.truth('air-99', 'pm25', noon), undefined)
  t.equal(world.value('air-01', 'depth', noon), undefined)
})
