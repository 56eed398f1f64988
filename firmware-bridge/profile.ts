import type { Problem } from '@civitals/contracts/document'
import type { Static } from 'typebox'
import type {
  ElementPointSchema,
  ElementProfileSchema,
  ElementReadSchema,
  ModbusPointSchema,
  ModbusProfileSchema,
  ReadSpecSchema,
} from './profile-schema.ts'

/** How soon a point is polled: the gateway's configuration says what period each class has. */
export const polledClasses = ['alarm', 'normal', 'bulk'] as const
export type PolledClass = (typeof polledClasses)[number]

/** How long readings of a point are worth keeping, lowest first: what a full disk gives up, in this order. Urgent ones stand above all. */
export const keptClasses = ['debug', 'telemetry', 'event'] as const
export type KeptClass = (typeof keptClasses)[number]

/** Where a point stands in the registers of a Modbus terminal and how its number is made of them. */
export type ReadSpec = Static<typeof ReadSpecSchema>
/** What a point is called by any other protocol, and how its number is made of the one reported. */
export type ElementRead = Static<typeof ElementReadSchema>

type Written<P> = Omit<P, 'unit' | 'resolution' | 'range'>

/** Filled in where an identity leaves them out: what every other point must say. */
interface Measured {
  /** Unit id of the units registry. */
  unit: string
  /** Smallest step told apart; values are rounded to it. */
  resolution: number
  /** Possible values, both ends included. */
  range: [number, number]
}

export interface ModbusPoint extends Written<Static<typeof ModbusPointSchema>>, Measured {}
export interface ElementPoint extends Written<Static<typeof ElementPointSchema>>, Measured {}
export type ProfilePoint = ModbusPoint | ElementPoint

/** A type of Modbus terminal as data. */
export interface ModbusProfile extends Omit<Static<typeof ModbusProfileSchema>, 'points' | 'extends'> {
  points: ModbusPoint[]
}

/** A type of terminal of any other protocol as data: its points by the protocol's own keys. */
export interface ElementProfile extends Omit<Static<typeof ElementProfileSchema>, 'points' | 'extends'> {
  points: ElementPoint[]
}

/** A type of terminal as data: its points and how to read them, its template merged in. One file `profiles/<id>/profile.yaml`. */
export type Profile = ModbusProfile | ElementProfile

/** Points that have a series of values: all but those of class identity. */
export const polledPoints = <P extends ProfilePoint>(profile: { readonly points: readonly P[] }): P[] =>
  profile.points.filter((point) => point.class !== 'identity')

/** The points of a Modbus terminal that are polled; none of any other. */
export const modbusPoints = (profile: Profile): ModbusPoint[] =>
  profile.protocol === 'modbus' ? polledPoints(profile) : []

export const isModbusPoint = (point: ProfilePoint): point is ModbusPoint => 'function' in point.read

/** `advice` does not stop a profile from being used; `problems` do. */
export type CheckedProfile =
  | { readonly ok: true; readonly value: Profile; readonly advice: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }
