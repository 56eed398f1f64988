import type { Profile } from '@civitals/firmware-bridge/profile'
import type { Pilot, PlacedTerminal } from '../city/pilot.ts'
import { placedTerminals } from '../city/pilot.ts'
import { Timeline } from '../scenario/timeline.ts'
import { air, noise } from './air.ts'
import { streamOf, uniform, wander } from './chance.ts'
import type { Model, ModelMaker, Surroundings } from './model.ts'
import { electrical, lamp } from './power.ts'
import { cover, gas, hydrant, tilt } from './safety.ts'
import { type Sensor, sensorOf } from './sensor.ts'
import { bin, toilet } from './service.ts'
import { parking, traffic, trafficOf } from './traffic.ts'
import { manhole, rain, river, roadWater, supply } from './water.ts'
import { type Weather, weatherOf } from './weather.ts'

/** How each kind of terminal's values come about. */
const makers: Readonly<Record<string, ModelMaker>> = {
  air,
  noise,
  traffic,
  parking,
  'road-water': roadWater,
  manhole,
  rain,
  river,
  supply,
  lamp,
  electrical,
  gas,
  hydrant,
  cover,
  tilt,
  bin,
  toilet,
}

/** All points of one terminal at one instant. */
export interface WorldSample {
  readonly terminal: string
  readonly at: number
  readonly values: Readonly<Record<string, number>>
}

export interface HistoryRequest {
  /** Inclusive, ms since 1970. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly everyMs: number
  /** Terminals wanted; default all. */
  readonly terminals?: (id: string, kind: string) => boolean
}

/** The city's quantities as functions of (seed, storms, time): the same questions get the same answers in any order. */
export interface World {
  readonly seed: number
  readonly terminals: readonly PlacedTerminal[]
  /** The physical value, before any sensor; undefined for a series that does not exist. */
  truth(terminal: string, point: string, at: number): number | undefined
  /** Physical values of every point of a terminal. */
  truths(terminal: string, at: number): Readonly<Record<string, number>> | undefined
  /** What the sensor of a healthy terminal shows. */
  value(terminal: string, point: string, at: number): number | undefined
  /** What all sensors of a terminal show. */
  sample(terminal: string, at: number): WorldSample | undefined
  /** Samples in order of time, terminals in the order of the pilot. */
  history(request: HistoryRequest): Iterable<WorldSample>
}

interface Simulated {
  readonly kind: string
  readonly model: Model
  readonly sensors: readonly (readonly [string, Sensor])[]
}

export function createWorld(
  pilot: Pilot,
  profiles: ReadonlyMap<string, Profile>,
  seed: number,
  timeline: Timeline = new Timeline(),
): World {
  const terminals = placedTerminals(pilot)
  const simulated = simulate(terminals, profiles, seed, timeline)
  const sample = (id: string, at: number): WorldSample | undefined => {
    const one = simulated.get(id)
    if (!one) return undefined
    const truth = one.model(at)
    const values: Record<string, number> = {}
    for (const [point, sensor] of one.sensors) values[point] = sensor(truth[point] ?? 0, at)
    return { terminal: id, at, values }
  }
  return {
    seed,
    terminals,
    sample,
    truths: (id, at) => simulated.get(id)?.model(at),
    truth: (id, point, at) => simulated.get(id)?.model(at)[point],
    value: (id, point, at) => sample(id, at)?.values[point],
    *history({ from, to, everyMs, terminals: wanted = () => true }) {
      const chosen = terminals.filter(({ id }) => wanted(id, simulated.get(id)?.kind ?? ''))
      for (let at = from; at < to; at += everyMs) {
        for (const { id } of chosen) {
          const one = sample(id, at)
          if (one) yield one
        }
      }
    },
  }
}

function simulate(
  terminals: readonly PlacedTerminal[],
  profiles: ReadonlyMap<string, Profile>,
  seed: number,
  timeline: Timeline,
): Map<string, Simulated> {
  const weather = weatherOf(seed, timeline)
  const radars = terminals.filter((one) => profiles.get(one.profile)?.kind === 'traffic')
  const lowest = terminals.find((one) => one.place.lowness >= 1)?.place.along ?? 0
  const around = (one: PlacedTerminal): Surroundings => surroundingsOf(one, seed, timeline, weather, lowest)
  const flows = radars.map((radar) => ({ along: radar.place.along, now: trafficOf(around(radar)) }))
  const simulated = new Map<string, Simulated>()
  for (const one of terminals) {
    const profile = profiles.get(one.profile)
    const maker = makers[profile?.kind ?? '']
    if (!profile || !maker) continue
    const distance = (flow: { along: number }): number => Math.abs(flow.along - one.place.along)
    const nearest = flows.toSorted((a, b) => distance(a) - distance(b))[0]
    const model = maker({ ...around(one), ...(nearest && { traffic: nearest.now }) })
    const sensors = profile.points.map(
      (point) => [point.id, sensorOf(point, streamOf(seed, `${one.id}/${point.id}/sensor`))] as const,
    )
    simulated.set(one.id, { kind: profile.kind, model, sensors })
  }
  return simulated
}

/** Share of the corridor over which a flooded site slows traffic: about 400 m. */
const reach = 0.13

function surroundingsOf(
  one: PlacedTerminal,
  seed: number,
  timeline: Timeline,
  weather: Weather,
  lowest: number,
): Surroundings {
  const named = (name: string): number => streamOf(seed, `${one.id}/${name}`)
  return {
    weather,
    storm: (at) => timeline.at(at),
    lowness: one.place.lowness,
    nearness: Math.exp(-(((one.place.along - lowest) / reach) ** 2)),
    traffic: () => ({ flow: 0, speed: 0, saturation: 0 }),
    trait: (name, otherwise) => one.traits?.[name] ?? otherwise,
    wander: (name, stepMs, memory) => wander(named(name), stepMs, memory),
    own: (name, day = 0) => uniform(named(name), day),
  }
}
