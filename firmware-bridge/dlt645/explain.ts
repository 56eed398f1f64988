import type { Decoded, ExplainedFrame } from '../frames/frame.ts'
import { beijingIso, instantOf, type WallTime } from '../frames/local-time.ts'
import { decimal, printedDigits } from '../frames/meter-frame.ts'
import { baudOf, controlTerm, type Edition, editionOf, errorTerms, fn, more, refused, reply } from './control.ts'
import { decodeFrame } from './frame.ts'
import { meaningOf, type Quantity } from './identifiers.ts'

const protocol = 'dlt645'
/** Bytes of a data identifier. */
const identifierBytes: Readonly<Record<Edition, number>> = { 1997: 2, 2007: 4 }

interface Found {
  readonly values: Readonly<Record<string, number>>
  readonly units: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}
const nothing: Found = { values: {}, units: {} }

/** What a DL/T 645 frame of either edition means. */
export function explainDlt645(bytes: Uint8Array): ExplainedFrame {
  const decoded = decodeFrame(Buffer.from(bytes))
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { meter, control, data, dataAt } = decoded.message
  const edition = editionOf(control, data.length) ?? 2007
  const content = contentOf(edition, control, data, dataAt)
  if (!content.ok) return { protocol, valid: false, ...content.fault }
  return {
    ...{ protocol, valid: true, meter, edition },
    control: controlTerm(edition, control),
    direction: control & reply ? 'from the meter' : 'to the meter',
    refused: (control & refused) !== 0,
    follows: (control & more) !== 0,
    ...content.message,
  }
}

const found = (message: Found): Decoded<Found> => ({ ok: true, message })

function contentOf(edition: Edition, control: number, data: Buffer, dataAt: number): Decoded<Found> {
  const code = control & 0x1f
  if (control & refused) return found({ ...nothing, errors: errorTerms(edition, data[0] ?? 0) })
  if (code === fn.baud[edition]) return found({ ...nothing, ...baud(edition, data[0] ?? 0) })
  if (edition === 2007 && code === fn.readAddress) return found(nothing)
  if (code === fn.broadcastTime && !(control & reply)) return found({ ...nothing, ...timeOf(data) })
  const carries = [fn.readData[edition], fn.readFollow[edition], fn.write[edition]] as readonly number[]
  const length = identifierBytes[edition]
  if (!carries.includes(code) || (control & reply && code === fn.write[edition]))
    return found({ ...nothing, ...rest(data) })
  if (data.length < length) {
    return {
      ok: false,
      fault: { check: 'field', byte: dataAt + data.length, detail: `a data identifier has ${length} bytes` },
    }
  }
  const identifier = printedDigits(data.subarray(0, length))
  if (!(control & reply))
    return found({ ...nothing, identifier, ...named(edition, identifier), ...rest(data.subarray(length)) })
  return found({ identifier, ...valuesOf(edition, identifier, data.subarray(length)) })
}

/** Seconds first, year of the century last; the zone is the meters' own: Beijing time. None when no calendar has it. */
function timeOf(data: Buffer): { time?: string } {
  const [year, ...others] =
    /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(printedDigits(data))?.slice(1).map(Number) ?? []
  const at = year === undefined ? undefined : instantOf([2000 + year, ...others] as unknown as WallTime)
  return at === undefined ? {} : { time: beijingIso(at) }
}

const rest = (data: Buffer): { data?: string } => (data.length > 0 ? { data: printedDigits(data) } : {})

function baud(edition: Edition, byte: number): { baud?: number } {
  const rate = baudOf(edition, byte)
  return rate === undefined ? {} : { baud: rate }
}

/** What a question asks for. */
function named(edition: Edition, identifier: string): { asks?: readonly string[] } {
  const meaning = meaningOf(edition, identifier)
  if (!meaning) return {}
  if (meaning.kind === 'text') return { asks: [meaning.key] }
  return { asks: meaning.kind === 'demand' ? [meaning.of.key] : meaning.of.map(({ key }) => key) }
}

/** Numbers of a reply. Data that are not of the identifier's format are given as the digits they are. */
function valuesOf(edition: Edition, identifier: string, data: Buffer): Found {
  const meaning = meaningOf(edition, identifier)
  if (meaning?.kind === 'text' && data.length === meaning.bytes) {
    return { ...nothing, texts: { [meaning.key]: printedDigits(data) } }
  }
  if (meaning?.kind === 'demand' && data.length === meaning.of.bytes + 5) {
    const at = printedDigits(data.subarray(meaning.of.bytes))
    return { ...collect([meaning.of], data), occurredAt: at }
  }
  if (meaning?.kind === 'quantities') {
    const [first] = meaning.of
    const count = first && meaning.repeats ? data.length / first.bytes : meaning.of.length
    const quantities =
      meaning.repeats && first
        ? Array.from({ length: Math.floor(count) }, (_, rate) => ({
            ...first,
            key: rate ? `${first.key}Rate${rate}` : first.key,
          }))
        : meaning.of
    const bytes = quantities.reduce((sum, one) => sum + one.bytes, 0)
    if (bytes === data.length) return collect(quantities, data)
  }
  const digits = printedDigits(data)
  const number = /^\d{1,15}$/.test(digits) ? { raw: Number(digits) } : {}
  return { values: number, units: {}, data: digits, format: 'unknown' }
}

function collect(quantities: readonly Quantity[], data: Buffer): Found {
  const values: Record<string, number> = {}
  const units: Record<string, string> = {}
  const absent: string[] = []
  let from = 0
  for (const quantity of quantities) {
    const value = numberOf(quantity, data.subarray(from, from + quantity.bytes))
    from += quantity.bytes
    // FF in all digits: the meter has no such phase or rate.
    if (value === undefined) absent.push(quantity.key)
    else {
      values[quantity.key] = value
      units[quantity.key] = quantity.unit
    }
  }
  return { values, units, ...(absent.length > 0 && { absent }) }
}

/** A BCD number, low byte first; undefined where a digit is none. */
export function numberOf({ decimals, signed }: Quantity, bytes: Uint8Array): number | undefined {
  const plain = Buffer.from(bytes)
  const last = plain.length - 1
  const negative = signed === true && (plain[last] ?? 0) >= 0x80 && (plain[last] ?? 0) < 0xfa
  if (negative) plain[last] = (plain[last] ?? 0) & 0x7f
  const digits = printedDigits(plain)
  if (!/^\d+$/.test(digits)) return undefined
  return negative ? -decimal(digits, decimals) : decimal(digits, decimals)
}
