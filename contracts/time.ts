import { type TNumber, Type } from 'typebox'

/** An instant on the wire. */
export const Time: TNumber = Type.Number({ description: 'Milliseconds since 1970-01-01T00:00Z.' })
