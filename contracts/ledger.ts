import { type Static, Type } from 'typebox'

const Count = Type.Integer({ minimum: 0 })

/** A spool that could not go on, and the one that continues it. */
export const EndedSpoolSchema = Type.Object({
  successor: Type.String(),
  lastSeq: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
    description: 'Highest number it gave; null: not known, so that nobody knows how much of it was lost.',
  }),
  reason: Type.String(),
})
export type EndedSpool = Static<typeof EndedSpoolSchema>

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
  lossAtLeast: Type.Boolean({
    description: 'How much was lost is not known exactly: `declaredLost` is the least it can be.',
  }),
  duplicates: Type.Integer({ minimum: 0, description: 'Envelopes that came again and had no effect.' }),
  reopened: Type.Integer({
    minimum: 0,
    description: 'Envelopes asked for again that have not come; their readings stay in the columns they stand in.',
  }),
  settledUpTo: Type.Integer({ description: 'Highest contiguous seq settled and not reopened.' }),
  above: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
  balanced: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Whether the equation holds; null while produced is unknown.',
  }),
  ended: Type.Union([EndedSpoolSchema, Type.Null()], {
    description: 'Another spool continues it: of a gateway whose disk failed, say.',
  }),
  updatedAt: Type.Number(),
})
export type LedgerRow = Static<typeof LedgerRowSchema>

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Ranges = Type.Array(Type.Tuple([Seq, Seq]))

/** Readings given up by policy or with a damaged spool, as their gateway declared them, or as the centre did: too old to be kept, set aside for too long. */
export const LossSchema = Type.Object({
  gateway: Type.String(),
  spool: Type.String(),
  fromSeq: Seq,
  toSeq: Seq,
  readings: Type.Integer({ minimum: 0, description: 'Readings lost, the least there can be where `atLeast`.' }),
  atLeast: Type.Boolean(),
  from: Type.Number({ description: 'Event time of the first reading.' }),
  to: Type.Number(),
  reason: Type.String(),
})
export type Loss = Static<typeof LossSchema>

/** One resend: ranges of a spool the centre reopened and asked its gateway for, and how far it has come. */
export const ResendSchema = Type.Object({
  id: Type.String(),
  gateway: Type.String(),
  spool: Type.String(),
  ranges: Ranges,
  by: Type.String({ description: 'Who asked for it: a person, or `reconciler`.' }),
  why: Type.String(),
  at: Type.Number(),
  remaining: Type.Integer({ minimum: 0, description: 'Envelopes of the ranges that have not come again.' }),
  missing: Type.Array(Type.Tuple([Seq, Seq]), {
    description: 'Ranges the gateway does not hold any more: closed again without having come.',
  }),
  answeredAt: Type.Union([Type.Number(), Type.Null()], { description: 'When the gateway first answered.' }),
  doneAt: Type.Union([Type.Number(), Type.Null()], { description: 'When nothing of it was open any more.' }),
  refused: Type.Union([Type.String(), Type.Null()], { description: 'Why the gateway would not; then nothing comes.' }),
})
export type Resend = Static<typeof ResendSchema>

/** One hour of one gateway: what was settled against what the series store held when it was last asked. */
export const HourCheckSchema = Type.Object({
  gateway: Type.String(),
  hour: Type.Number({ description: 'Start of the hour of event time.' }),
  verdict: Type.Union(
    [Type.Literal('equal'), Type.Literal('missing'), Type.Literal('different'), Type.Literal('surplus')],
    {
      description:
        'missing: fewer readings in the store; different: as many, other values; surplus: more in the store than was settled.',
    },
  ),
  settled: Type.Integer({ minimum: 0, description: 'Values and quality marks settled.' }),
  stored: Type.Integer({ minimum: 0, description: 'Values and quality marks in the store.' }),
  resends: Type.Integer({ minimum: 0, description: 'How often the gateway was asked to send the hour again.' }),
  checkedAt: Type.Number(),
})
export type HourCheck = Static<typeof HourCheckSchema>

/** What the reconciler did since start, and where store and ledger differ. */
export const ReconciliationSchema = Type.Object({
  runs: Count,
  differences: Type.Integer({ minimum: 0, description: 'Gateway-hours found to differ, over all runs.' }),
  resends: Count,
  last: Type.Union([
    Type.Object({
      startedAt: Type.Number(),
      endedAt: Type.Number(),
      hours: Count,
      differences: Count,
      resends: Count,
      failure: Type.Union([Type.String(), Type.Null()]),
    }),
    Type.Null(),
  ]),
  differing: Type.Array(HourCheckSchema, { description: 'Hours that differed when last compared, newest first.' }),
})
export type Reconciliation = Static<typeof ReconciliationSchema>

export const rejectReasons = [
  'unknown gateway',
  'wrong password',
  'foreign topic',
  'wrong partition',
  'protocol violation',
  'too many connections',
  'slow consumer',
  'cloned gateway',
  'malformed envelope',
  'damaged envelope',
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

/** Readings kept aside until what they miss arrives: a registration, the fix of an unsynced clock, the configuration they were read with. */
export const SetAsideSchema = Type.Object({
  gateway: Type.String(),
  terminal: Type.String(),
  point: Type.String(),
  reason: Type.Union([
    Type.Literal('unknown terminal'),
    Type.Literal('unknown point'),
    Type.Literal('unsynced clock'),
    Type.Literal('unknown configuration'),
    Type.Literal('unit mismatch'),
    Type.Literal('refused by store'),
  ]),
  readings: Count,
  firstAt: Type.Number(),
  lastAt: Type.Number(),
  detail: Type.Optional(
    Type.String({
      description: 'Of one of them: what the series store said to it, or which units do not go together.',
    }),
  ),
})
export type SetAside = Static<typeof SetAsideSchema>
