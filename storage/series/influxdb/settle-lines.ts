import type { RefusedReading } from '../port.ts'
import { refusedReading } from '../refusal.ts'
import { type Line, splitLine } from './line-protocol.ts'
import { type LinesRefused, refusedBy } from './refusal-text.ts'

/** What the engine said to some lines: all taken, or some of them refused without saying which. */
export type LineAnswer = { readonly taken: true } | { readonly taken: false; readonly reason: string }

/** Sends lines in one request. Rejects when the engine is out of reach. */
export type SendLines = (lines: readonly Line[]) => Promise<LineAnswer>

/**
 * Writes lines and finds the readings the engine will not take. A refusal names no line, so the lines are divided until the
 * culprits stand alone; what the engine took before is written again without effect. Where it names a field or an age, the
 * division follows that: a whole column of the wrong type costs a few requests instead of thousands.
 */
export async function settleLines(lines: readonly Line[], send: SendLines): Promise<readonly RefusedReading[]> {
  if (lines.length === 0) return []
  const answer = await send(lines)
  if (answer.taken) return []
  const said = refusedBy(answer.reason)
  if (allLeftOut(lines, said)) return lines.flatMap((line) => refusedOf(line, said))
  const refused: RefusedReading[] = []
  for (const part of divide(lines, said)) refused.push(...(await settleLines(part, send)))
  return refused
}

/** Nothing is left to divide, or the engine counts every one of them among those it left out. */
function allLeftOut(lines: readonly Line[], { dropped, tooOld }: LinesRefused): boolean {
  // A line left out for one field takes its other readings with it; one left out for its age does so rightly.
  const alone = lines.every(({ entries }) => entries.length === 1)
  return (alone && lines.length === 1) || (dropped === lines.length && (alone || tooOld))
}

function divide(lines: readonly Line[], said: LinesRefused): readonly (readonly Line[])[] {
  if (said.field) {
    const [clean, suspect] = fieldApart(lines, said.field)
    if (clean.length > 0 && suspect.length > 0) return [clean, suspect]
  }
  const [only] = lines
  if (only && lines.length === 1) return [splitLine(only)]
  const ordered = said.tooOld ? lines.toSorted((a, b) => a.at - b.at) : lines
  const middle = ordered.length >> 1
  return [ordered.slice(0, middle), ordered.slice(middle)]
}

type Field = NonNullable<LinesRefused['field']>

/** Everything without the field; the field alone. A line may stand in both. */
function fieldApart(lines: readonly Line[], { measurement, point }: Field): readonly [Line[], Line[]] {
  const [clean, suspect]: [Line[], Line[]] = [[], []]
  for (const line of lines) {
    const named = line.measurement === measurement ? line.entries.filter((entry) => isOf(entry.reading, point)) : []
    const others = line.entries.filter((entry) => !named.includes(entry))
    if (named.length > 0) suspect.push({ ...line, entries: named })
    if (others.length > 0) clean.push({ ...line, entries: others })
  }
  return [clean, suspect]
}

/** A field is the value of a point or its flag. */
const isOf = ({ point }: { readonly point: string }, field: string): boolean =>
  point === field || `${point}_q` === field

const refusedOf = (line: Line, { reason, tooOld }: LinesRefused): readonly RefusedReading[] =>
  line.entries.map(({ envelope, reading }) => refusedReading(envelope, reading, { reason, ...(tooOld && { tooOld }) }))
