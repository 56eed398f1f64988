import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Interval, Intervals } from './intervals.ts'
import { parseSealedJson, sealJson } from './seal.ts'

/** Ranges above the contiguous part that one message may carry. */
export const maxAckRanges = 32

const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/**
 * What the centre has settled, per spool: whole state, sent on topic kind `ack` at QoS 0 and coalesced, so a lost one costs
 * nothing. `upTo`: highest contiguous settled seq (0 = none); `above`: settled ranges beyond it.
 */
export const AcknowledgementSchema = Type.Object(
  {
    spools: Type.Record(
      Type.String({ maxLength: 64 }),
      Type.Object({ upTo: Seq, above: Type.Array(Type.Tuple([Seq, Seq]), { maxItems: maxAckRanges }) }),
    ),
  },
  { additionalProperties: false },
)
export type Acknowledgement = Static<typeof AcknowledgementSchema>

const checker = Compile(AcknowledgementSchema)

/** Sealed: a number that turned on its way would release what is not settled. */
export const encodeAcknowledgement = (acknowledgement: Acknowledgement): Uint8Array =>
  sealJson(JSON.stringify(acknowledgement))

/** The acknowledgement in a payload, or undefined when it is not one or damaged. */
export function decodeAcknowledgement(payload: Uint8Array): Acknowledgement | undefined {
  try {
    const parsed: unknown = parseSealedJson(payload)
    return checker.Check(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/**
 * One spool's part of an acknowledgement from its settled seqs. Where there are more ranges than a message carries, those that hold one of
 * `heard` go first, then the lowest: a backlog full of holes is told of piece by piece, as it comes.
 */
export function acknowledge(settled: Intervals, heard: readonly number[] = []): Acknowledgement['spools'][string] {
  const first = settled[0]
  const contiguous = first !== undefined && first[0] <= 1
  const above = contiguous ? settled.slice(1) : settled
  const told = above.length <= maxAckRanges ? above : firstOf(above, heard)
  return { upTo: contiguous ? first[1] : 0, above: told.map(([from, to]) => [from, to]) }
}

function firstOf(above: Intervals, heard: readonly number[]): Intervals {
  const chosen = new Set<Interval>()
  for (const seq of heard) {
    const range = above.find(([from, to]) => from <= seq && seq <= to)
    if (range) chosen.add(range)
    if (chosen.size === maxAckRanges) break
  }
  for (const range of above) if (chosen.size < maxAckRanges) chosen.add(range)
  return above.filter((range) => chosen.has(range))
}
