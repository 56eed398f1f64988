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
      description: 'Addresses heard that no terminal of the configuration has; the first of them.',
    }),
  ),
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
      producedReadings: Type.Integer({ description: 'Readings ever committed to this spool.' }),
      declaredLost: Type.Integer({ description: 'Readings of this spool given up in gap records.' }),
      bytes: Type.Integer(),
    }),
  ),
  lines: Type.Optional(Type.Array(LineHealthSchema)),
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
