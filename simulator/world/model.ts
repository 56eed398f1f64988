import type { StormNow } from '../scenario/timeline.ts'
import type { Wander } from './chance.ts'
import type { Weather } from './weather.ts'

/** True values of every point of one terminal at an instant, in the units of its profile. */
export type Model = (at: number) => Readonly<Record<string, number>>

/** Road traffic at a place, as everything beside the road feels it. */
export interface TrafficNow {
  /** veh/h. */
  readonly flow: number
  /** km/h. */
  readonly speed: number
  /** Flow over capacity. */
  readonly saturation: number
}

/** What a terminal's values depend on. */
export interface Surroundings {
  readonly weather: Weather
  readonly storm: (at: number) => StormNow
  /** 0 to 1: how much of a downpour gathers at the site. */
  readonly lowness: number
  /** 0 to 1: how near the site is to the lowest one. */
  readonly nearness: number
  /** Traffic at the nearest radar. */
  readonly traffic: (at: number) => TrafficNow
  /** Traits of the terminal, or the default. */
  readonly trait: (name: string, otherwise: number) => number
  /** A wandering value of this terminal's own. */
  readonly wander: (name: string, stepMs: number, memory: number) => Wander
  /** A constant of this terminal's own in [0, 1); with a day, one of that day. */
  readonly own: (name: string, day?: number) => number
}

/** Makes the model of one terminal. */
export type ModelMaker = (around: Surroundings) => Model
