import { Type } from 'typebox'
import * as pattern from './id-pattern.ts'

/** See `id-pattern`, which loads without the schema library. */
export const idPattern: string = pattern.idPattern
export const isId: typeof pattern.isId = pattern.isId

/** An id as written in configuration and on the wire. */
export const Id = (description: string) => Type.String({ pattern: idPattern, description })

/** Terminal + point, the name of a series: `water-03/depth`. */
export type SeriesId = `${string}/${string}`
export const seriesId = (terminal: string, point: string): SeriesId => `${terminal}/${point}`
