import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Id } from './ids.ts'

/** Ranges one command may name. */
export const maxCommandRanges = 32

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Ranges = Type.Array(Type.Tuple([Seq, Seq]), { minItems: 1, maxItems: maxCommandRanges })
const CommandId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Named by the centre; the reply repeats it.',
})

const ResendSchema = Type.Object(
  {
    id: CommandId,
    kind: Type.Literal('resend'),
    spool: Id('Spool whose envelopes are wanted again.'),
    ranges: Ranges,
  },
  { additionalProperties: false },
)
export type ResendCommand = Static<typeof ResendSchema>

/**
 * What the centre asks of a gateway, on topic kind `command` at QoS 1. `resend`: the gateway opens envelopes of a spool again that
 * were acknowledged and sends them by the backfill lane until they are acknowledged anew. `configuration`: it tells its configurations once
 * more, on their own topic. Asking twice is asking once.
 */
export const CommandSchema = Type.Union([
  ResendSchema,
  Type.Object({ id: CommandId, kind: Type.Literal('configuration') }, { additionalProperties: false }),
])
export type Command = Static<typeof CommandSchema>

/** What became of a command, on topic kind `reply` at QoS 1. */
export const ReplySchema = Type.Union([
  Type.Object(
    {
      id: CommandId,
      ok: Type.Literal(true),
      reopened: Type.Integer({ minimum: 0, description: 'Envelopes that will come again.' }),
      missing: Type.Array(Type.Tuple([Seq, Seq]), {
        maxItems: 1024,
        description: 'Ranges the spool does not hold any more; they cannot come again.',
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { id: CommandId, ok: Type.Literal(false), reason: Type.String({ maxLength: 200 }) },
    { additionalProperties: false },
  ),
])
export type Reply = Static<typeof ReplySchema>

const commands = Compile(CommandSchema)
const replies = Compile(ReplySchema)

/** The command in a payload, or undefined when it is not one. */
export const decodeCommand = (payload: Uint8Array): Command | undefined =>
  decode(payload, (value): value is Command => commands.Check(value))

/** The reply in a payload, or undefined when it is not one. */
export const decodeReply = (payload: Uint8Array): Reply | undefined =>
  decode(payload, (value): value is Reply => replies.Check(value))

function decode<T>(payload: Uint8Array, fits: (value: unknown) => value is T): T | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(payload))
    return fits(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
