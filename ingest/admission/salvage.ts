import { constants, inflateRawSync } from 'node:zlib'
import { isId } from '@civitals/contracts/ids'
import { deflatedMark, sealedDeflatedMark } from '@civitals/contracts/seal'

/** What names an envelope that is otherwise unusable, and how many readings it seems to have held. */
export interface Salvaged {
  readonly spool: string
  readonly seq: number
  readonly readings: number
}

const headBytes = 1024

/**
 * Reads spool and seq out of a refused payload, so that it can be settled as rejected and its gateway need not send it for
 * ever. Never throws; undefined when the payload does not tell.
 */
export function salvage(payload: Uint8Array): Salvaged | undefined {
  try {
    const text = textOf(payload)
    const parsed = parse(text)
    return parsed === undefined ? fromHead(text) : fromObject(parsed)
  } catch {
    return undefined
  }
}

/** The text, or the start of it where inflating all would take too much. */
function textOf(payload: Uint8Array): string {
  const [mark] = payload
  if (mark !== deflatedMark && mark !== sealedDeflatedMark) return new TextDecoder().decode(payload)
  const start = mark === deflatedMark ? 1 : 5
  const head = payload.subarray(start, start + headBytes)
  return inflateRawSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fromObject(parsed: unknown): Salvaged | undefined {
  const { spool, seq, samples } = (parsed ?? {}) as { spool?: unknown; seq?: unknown; samples?: unknown }
  return named(spool, seq, countIn(samples))
}

/** A text that breaks off or does not parse still starts with the envelope's name. */
function fromHead(text: string): Salvaged | undefined {
  const head = text.slice(0, headBytes)
  const spool = /"spool"\s*:\s*"([^"]{1,64})"/.exec(head)?.[1]
  const seq = /"seq"\s*:\s*(\d{1,16})(?![\d.])/.exec(head)?.[1]
  return named(spool, Number(seq ?? Number.NaN), 0)
}

function named(spool: unknown, seq: unknown, readings: number): Salvaged | undefined {
  if (typeof spool !== 'string' || !isId(spool) || typeof seq !== 'number') return undefined
  return Number.isSafeInteger(seq) && seq >= 1 ? { spool, seq, readings } : undefined
}

function countIn(samples: unknown): number {
  if (!Array.isArray(samples)) return 0
  let count = 0
  for (const sample of samples as ({ values?: unknown; quality?: unknown } | null)[]) {
    count += new Set([...keysOf(sample?.values), ...keysOf(sample?.quality)]).size
  }
  return count
}

const keysOf = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : [])
