import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ClockStateSchema } from './envelope.ts'

/** What a gateway knows of one terminal of a line since start. */
export const TerminalHealthSchema = Type.Object({
  terminal: Type.String(),
  state: Type.Enum(['unknown', 'answers', 'failing', 'silent'], {
    description: 'failing: the last transaction failed; silent: so many in a row that it is only probed.',
  }),
  lastAnswerAt: Type.Optional(Type.Number({ description: 'Absent: never since start.' })),
  timeouts: Type.Integer(),
  crcErrors: Type.Integer(),
  exceptions: Type.Integer(),
  turnaroundMs: Type.Optional(Type.Number({ description: 'Learned time until it begins to answer.' })),
})
export type TerminalHealth = Static<typeof TerminalHealthSchema>

/** Who is at the other end of an open connection of a line. */
export const PeerSchema = Type.Object({
  from: Type.String({ description: 'ADDRESS:PORT.' }),
  name: Type.Optional(
    Type.String({ maxLength: 64, description: 'Its DTU, or the address in its last good frame; absent: none came.' }),
  ),
  since: Type.Number(),
  heardAt: Type.Optional(Type.Number({ description: 'Its last good frame.' })),
})

/** Reasons a line may give for what it refused: words of the gateway, not of terminals. */
export const mostRefusalReasons = 24

/** Terminals a line lists one by one; of more, those that do not answer come first. */
export const mostTerminalsListed = 64

/** Health of one line as its gateway sees it since start. */
export const LineHealthSchema = Type.Object({
  line: Type.String(),
  terminals: Type.Integer(),
  silent: Type.Integer({ description: 'Terminals that do not answer now.' }),
  transactions: Type.Integer(),
  timeouts: Type.Integer(),
  crcErrors: Type.Integer(),
  connected: Type.Optional(Type.Boolean()),
  lateReplies: Type.Optional(
    Type.Integer({ description: 'Replies that came after their time-out; none was taken for another.' }),
  ),
  foreignFrames: Type.Optional(Type.Integer({ description: 'Good frames nobody had asked for.' })),
  connections: Type.Optional(Type.Integer({ description: 'Open now, where terminals speak first.' })),
  strangers: Type.Optional(
    Type.Array(Type.String({ maxLength: 64 }), {
      maxItems: 16,
      description: 'Addresses or DTUs heard that the configuration does not have; the first of them.',
    }),
  ),
  listening: Type.Optional(Type.Boolean({ description: 'Its port is open, where terminals or their DTU dial in.' })),
  peers: Type.Optional(
    Type.Array(PeerSchema, { maxItems: 16, description: 'Who is connected, heard last first; the first of them.' }),
  ),
  refused: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z-]{1,32}$' }), Type.Integer({ minimum: 0 }), {
      maxProperties: mostRefusalReasons,
      additionalProperties: false,
      description:
        'Frames, messages and connections refused, by why: start, length, end, checksum, escape, address, code, field; unknown-dtu, unidentified, no-room. Connections: those of the whole port.',
    }),
  ),
  lastHeardAt: Type.Optional(Type.Number({ description: 'Of any of its terminals; absent: never since start.' })),
  trouble: Type.Optional(Type.String({ maxLength: 200, description: 'Why it is down now.' })),
  perTerminal: Type.Optional(Type.Array(TerminalHealthSchema, { maxItems: mostTerminalsListed })),
})

/** What a gateway says of itself on topic kind `status`, retained; the last will is the same with `online: false`. */
export const GatewayStatusSchema = Type.Object({
  online: Type.Boolean(),
  at: Type.Number(),
  version: Type.Optional(Type.String()),
  boot: Type.Optional(Type.String()),
  config: Type.Optional(Type.String()),
  clock: Type.Optional(ClockStateSchema),
  spool: Type.Optional(
    Type.Object({
      id: Type.String(),
      newestSeq: Type.Integer(),
      waiting: Type.Integer({ description: 'Envelopes not yet acknowledged.' }),
      waitingReadings: Type.Integer(),
      reopened: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'Envelopes acknowledged before that the centre wanted again and has not acknowledged anew; not among `waiting`.',
        }),
      ),
      producedReadings: Type.Integer({ description: 'Readings ever committed to this spool.' }),
      declaredLost: Type.Integer({ description: 'Readings of this spool given up in gap records.' }),
      bytes: Type.Integer(),
      inherited: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'Envelopes of older spools that wait, taken over when a spool could not go on; in the accounts of those, not among `waiting`.',
        }),
      ),
      trouble: Type.Optional(Type.String({ maxLength: 200, description: 'Why nothing can be committed now.' })),
      held: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'Samples that wait in memory for the disk; absent while it takes them.',
        }),
      ),
      inheritedReadings: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  ),
  lines: Type.Optional(Type.Array(LineHealthSchema)),
  trouble: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'What is wrong with its link to the centre, though this came through.',
    }),
  ),
  bytesPerDay: Type.Optional(Type.Number()),
})
export type GatewayStatus = Static<typeof GatewayStatusSchema>
export type LineHealth = Static<typeof LineHealthSchema>

const checker = Compile(GatewayStatusSchema)

export function decodeStatus(payload: Uint8Array): GatewayStatus | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(payload))
    return checker.Check(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
