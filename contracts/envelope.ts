import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import * as encoding from './encode-envelope.ts'
import { Id } from './ids.ts'
import * as payloads from './payload.ts'
import { QualitySchema } from './quality.ts'
import type { Seal } from './seal.ts'
import { Time } from './time.ts'

/** Largest payload on the wire and after inflation, in bytes (decision of the architecture, section 3). */
export const maxWireBytes: number = encoding.maxWireBytes
export const maxInflatedBytes: number = payloads.maxInflatedBytes

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

/** How far a sample's time may be trusted. */
export const ClockStateSchema = Type.Union([Type.Literal('synced'), Type.Literal('holdover'), Type.Literal('unsynced')])
export type ClockState = Static<typeof ClockStateSchema>

/** Readings of one terminal taken together. `values` are checked one by one at admission, so that one bad number costs one reading. */
export const SampleSchema = Type.Object(
  {
    terminal: Id('Terminal id.'),
    at: Time,
    clock: ClockStateSchema,
    mono: Type.Optional(Type.Number({ description: 'Monotonic milliseconds since boot, beside an unsynced time.' })),
    boot: Type.Optional(Type.String({ maxLength: 64, description: 'Boot id the monotonic time belongs to.' })),
    // Any object: as a record of unknowns the check would walk every value and find nothing (a quarter of what decoding costs, measured).
    values: Type.Unsafe<Record<string, unknown>>(Type.Object({})),
    quality: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), QualitySchema)),
  },
  { additionalProperties: false },
)
export type Sample = Static<typeof SampleSchema>

/** Readings that policy gave up, declared as data: the only way a reading may be missing. */
export const GapSchema = Type.Object(
  {
    fromSeq: Seq,
    toSeq: Seq,
    readings: Type.Integer({ minimum: 0 }),
    atLeast: Type.Optional(
      Type.Boolean({ description: 'How many there were cannot be known any more; `readings` is the least it can be.' }),
    ),
    spool: Type.Optional(Id('Spool the numbers belong to, when not that of the envelope: an older one, recovered.')),
    from: Time,
    to: Time,
    reason: Type.String({ maxLength: 64 }),
  },
  { additionalProperties: false },
)
export type Gap = Static<typeof GapSchema>

const endedSpool = {
  spool: Id('Id of the older spool.'),
  lastSeq: Type.Union([Seq, Type.Literal('unknown')]),
  reason: Type.String({ maxLength: 64 }),
}

/** Where a new spool continues an older one of the same gateway. It stands in every envelope until the centre has settled one of them. */
export const PreviousSpoolSchema = Type.Object(
  {
    ...endedSpool,
    before: Type.Optional(
      Type.Array(Type.Object(endedSpool, { additionalProperties: false }), {
        maxItems: encoding.maxOlderLinks,
        description: 'Those that one continued in turn, newest first, as far as the centre may not know of it yet.',
      }),
    ),
  },
  { additionalProperties: false },
)

/**
 * The time an unsynced boot really had: samples of `boot` happened at `mono + offsetMs`. A time service may set the clock more than once; the
 * fix with the highest number holds, in whatever order the lanes deliver them.
 */
export const ClockFixSchema = Type.Object(
  {
    boot: Type.String({ maxLength: 64 }),
    offsetMs: Type.Number(),
    fix: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of the fix within its boot. Default 1.' })),
  },
  { additionalProperties: false },
)

/** A numbered batch of samples of one gateway; (gateway, spool, seq) names it for ever. */
export const EnvelopeSchema = Type.Object(
  {
    spool: Id('Spool id.'),
    seq: Seq,
    config: Type.String({ maxLength: 64, description: 'Hash of the configuration the samples were read with.' }),
    previous: Type.Optional(PreviousSpoolSchema),
    samples: Type.Array(SampleSchema),
    gaps: Type.Optional(Type.Array(GapSchema)),
    clockFix: Type.Optional(ClockFixSchema),
  },
  { additionalProperties: false },
)
export type Envelope = Static<typeof EnvelopeSchema>

const checker = Compile(EnvelopeSchema)

/** See `encode-envelope`, which loads without the schema library. */
export const encodeEnvelope: typeof encoding.encodeEnvelope = encoding.encodeEnvelope
export const countReadings: typeof encoding.countReadings = encoding.countReadings

export type DecodedEnvelope =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly reason: string }

/**
 * Never throws: a malformed, damaged or oversized payload is an expected outcome with its reason. A payload without a checksum, of an older
 * version or of other people, is read as it is. `seal`: what `sealOf` says of it, where that is known.
 */
export function decodeEnvelope(payload: Uint8Array, seal?: Seal): DecodedEnvelope {
  const opened = payloads.openPayload(payload, seal)
  if (!opened.ok) return opened
  if (checker.Check(opened.value)) return { ok: true, envelope: opened.value }
  const [first] = checker.Errors(opened.value)
  return { ok: false, reason: first ? `${first.instancePath || '/'} ${first.message}` : 'not an envelope' }
}
