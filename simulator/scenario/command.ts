import { type Static, Type } from 'typebox'
import { faultKinds } from './faults.ts'

const closed = { additionalProperties: false }

/** `storm` begins a storm (a running one ends), `calm` ends it at once. */
export const ScenarioCommandSchema = Type.Object(
  {
    scenario: Type.Enum(['storm', 'calm']),
    speed: Type.Optional(
      Type.Number({ minimum: 1, maximum: 600, description: 'Minutes of storm per minute. Default 60.' }),
    ),
  },
  closed,
)

/** A fault of one terminal begins, or ends with `active: false`. */
export const FaultCommandSchema = Type.Object(
  {
    terminal: Type.String(),
    fault: Type.Enum([...faultKinds]),
    active: Type.Optional(Type.Boolean({ description: 'Default true.' })),
    delayMs: Type.Optional(
      Type.Number({ minimum: 0, maximum: 600_000, description: 'late-reply: beyond the usual time. Default 2000.' }),
    ),
    point: Type.Optional(Type.String({ description: 'spike: the point that jumps. Default all.' })),
    forMs: Type.Optional(Type.Number({ minimum: 1, description: 'Ends by itself after so long. Default never.' })),
  },
  closed,
)

/** Holds a point at a value exactly, without noise; null lets it go. */
export const SetCommandSchema = Type.Object(
  { terminal: Type.String(), point: Type.String(), value: Type.Union([Type.Number(), Type.Null()]) },
  closed,
)

export type ScenarioCommand = Static<typeof ScenarioCommandSchema>
export type FaultCommand = Static<typeof FaultCommandSchema>
export type SetCommand = Static<typeof SetCommandSchema>

/** Everything the simulator can be told. */
export type SimulatorCommand = ScenarioCommand | FaultCommand | SetCommand
