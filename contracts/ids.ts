import { Type } from 'typebox'

/** Letters, digits, `_` and `-`, 1 to 64 characters: safe in topics, paths, tags and SQL alike. */
export const idPattern = '^[A-Za-z0-9_-]{1,64}$'

/** An id as written in configuration and on the wire. */
export const Id = (description: string) => Type.String({ pattern: idPattern, description })

const idExpression = new RegExp(idPattern)
export const isId = (text: string): boolean => idExpression.test(text)

/** Terminal + point, the name of a series: `water-03/depth`. */
export type SeriesId = `${string}/${string}`
export const seriesId = (terminal: string, point: string): SeriesId => `${terminal}/${point}`
