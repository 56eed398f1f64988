import type { RefusedReading } from '../port.ts'
import { refusedReading } from '../refusal.ts'
import { type Line, splitLine } from './line-protocol.ts'

/** What the engine said to some lines: all taken, or some of them refused without saying which. */
export type LineAnswer = { readonly taken: true } | { readonly taken: false; readonly reason: string }

/** Sends lines in one request. Rejects when the engine is out of reach. */
export type SendLines = (lines: readonly Line[]) => Promise<LineAnswer>

/**
 * Writes lines and finds the readings the engine will not take. A refusal names no line reliably, so the lines are halved
 * until the culprit stands alone, and its readings apart; what the engine took before is written again without effect.
 */
export async function settleLines(lines: readonly Line[], send: SendLines): Promise<readonly RefusedReading[]> {
  if (lines.length === 0) return []
  const answer = await send(lines)
  if (answer.taken) return []
  const [first] = lines
  if (lines.length === 1 && first) return await settleOne(first, send, answer.reason)
  const middle = lines.length >> 1
  const left = await settleLines(lines.slice(0, middle), send)
  return [...left, ...(await settleLines(lines.slice(middle), send))]
}

async function settleOne(line: Line, send: SendLines, reason: string): Promise<readonly RefusedReading[]> {
  if (line.entries.length > 1) return await settleLines(splitLine(line), send)
  return line.entries.map(({ envelope, reading }) => refusedReading(envelope, reading, reason))
}
