import { type Static, Type } from 'typebox'

const Count = Type.Integer({ minimum: 0 })

/** Accounts of one spool, in readings: produced = stored + rejected + set aside + waiting + declared lost. */
export const LedgerRowSchema = Type.Object({
  gateway: Type.String(),
  spool: Type.String(),
  produced: Type.Union([Count, Type.Null()], {
    description: 'As the gateway last reported, and what was settled since; null before its first status.',
  }),
  stored: Count,
  rejected: Count,
  setAside: Count,
  waiting: Type.Union([Count, Type.Null()]),
  declaredLost: Count,
  duplicates: Type.Integer({ minimum: 0, description: 'Envelopes that came again and had no effect.' }),
  settledUpTo: Type.Integer({ description: 'Highest contiguous settled seq.' }),
  above: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
  balanced: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Whether the equation holds; null while produced is unknown.',
  }),
  updatedAt: Type.Number(),
})
export type LedgerRow = Static<typeof LedgerRowSchema>

export const rejectReasons = [
  'unknown gateway',
  'wrong password',
  'foreign topic',
  'wrong partition',
  'protocol violation',
  'malformed envelope',
  'oversized payload',
  'not a number',
  'absurd value',
  'future time',
  'absurd time',
] as const
export type RejectReason = (typeof rejectReasons)[number]

/** One thing refused at the door: a connection, a publish, a whole envelope or one reading. Kept newest first within a bound. */
export const RejectSchema = Type.Object({
  id: Type.String(),
  at: Type.Number(),
  scope: Type.Union([
    Type.Literal('connection'),
    Type.Literal('publish'),
    Type.Literal('envelope'),
    Type.Literal('reading'),
  ]),
  reason: Type.Enum(rejectReasons),
  gateway: Type.Optional(Type.String()),
  spool: Type.Optional(Type.String()),
  seq: Type.Optional(Type.Integer()),
  terminal: Type.Optional(Type.String()),
  point: Type.Optional(Type.String()),
  detail: Type.String(),
})
export type Reject = Static<typeof RejectSchema>

/** Readings kept aside until what they miss arrives: a registration, or the fix of an unsynced clock. */
export const SetAsideSchema = Type.Object({
  gateway: Type.String(),
  terminal: Type.String(),
  point: Type.String(),
  reason: Type.Union([
    Type.Literal('unknown terminal'),
    Type.Literal('unknown point'),
    Type.Literal('unsynced clock'),
    Type.Literal('refused by store'),
  ]),
  readings: Count,
  firstAt: Type.Number(),
  lastAt: Type.Number(),
})
export type SetAside = Static<typeof SetAsideSchema>
