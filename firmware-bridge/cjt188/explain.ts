import type { Decoded, ExplainedFrame } from '../frames/frame.ts'
import { beijingIso, instantOf, type WallTime } from '../frames/local-time.ts'
import { decimal, hex, printedDigits } from '../frames/meter-frame.ts'
import { type TermRow, termTable } from '../frames/term.ts'
import { type Cjt188Frame, decodeFrame, identifierOf, refused, reply } from './frame.ts'

const protocol = 'cjt188'

/** Units of quantities [CJ/T 188-2018 table 9]. */
const unitCodes: Readonly<Record<number, string>> = {
  1: 'J',
  2: 'Wh',
  5: 'kWh',
  8: 'MWh',
  10: '100 MWh',
  11: 'kJ',
  14: 'MJ',
  17: 'GJ',
  19: '100 GJ',
  20: 'W',
  23: 'kW',
  26: 'MW',
  41: 'L',
  44: 'm3',
  50: 'L/h',
  53: 'm3/h',
}

const controls: readonly TermRow[] = [
  [0x01, '读数据', 'read data'],
  [0x03, '读地址', 'read the address'],
  [0x04, '写数据', 'write data'],
  [0x09, '读密钥版本号', 'read the key version'],
  [0x15, '写地址', 'set the address'],
  [0x16, '写机电同步数', 'set the counter'],
]
const controlTerm = termTable(controls)

const media: readonly TermRow[] = [
  [0x10, '冷水水表', 'cold water meter'],
  [0x11, '生活热水水表', 'hot water meter'],
  [0x12, '直饮水水表', 'drinking water meter'],
  [0x13, '中水水表', 'reclaimed water meter'],
  [0x20, '热量表（计热量）', 'heat meter'],
  [0x21, '热量表（计冷量）', 'cold meter'],
  [0x30, '燃气表', 'gas meter'],
  [0x40, '电度表', 'electricity meter'],
]
const medium = termTable(media)

/** Total of a water or gas meter: settlement day behind it [CJ/T 188 table 12]. Heat meters give ten quantities [table 13]. */
interface Field {
  readonly key: string
  readonly bytes: number
  readonly decimals: number
  /** Fixed, or a code behind the digits. */
  readonly unit?: string
}
const volume: readonly Field[] = [
  { key: 'total', bytes: 4, decimals: 2 },
  { key: 'settlementTotal', bytes: 4, decimals: 2 },
]
const heat: readonly Field[] = [
  { key: 'settlementHeat', bytes: 4, decimals: 2 },
  { key: 'heat', bytes: 4, decimals: 2 },
  { key: 'power', bytes: 4, decimals: 2 },
  { key: 'flow', bytes: 4, decimals: 4 },
  { key: 'total', bytes: 4, decimals: 2 },
  { key: 'supplyTemperature', bytes: 3, decimals: 2, unit: 'celsius' },
  { key: 'returnTemperature', bytes: 3, decimals: 2, unit: 'celsius' },
  { key: 'workingTime', bytes: 3, decimals: 0, unit: 'h' },
]
const width = ({ bytes, unit }: Field): number => bytes + (unit === undefined ? 1 : 0)
const timeBytes = 7
const statusBytes = 2

/** What a CJ/T 188 frame means. */
export function explainCjt188(bytes: Uint8Array): ExplainedFrame {
  const decoded = decodeFrame(Buffer.from(bytes))
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { type, meter, control } = decoded.message
  const content = contentOf(decoded.message)
  if (!content.ok) return { protocol, valid: false, ...content.fault }
  return {
    ...{ protocol, valid: true, meter, type: { ...medium(type), code: type, hex: hex(type) } },
    control: { ...controlTerm(control & 0x3f), code: control },
    direction: control & reply ? 'from the meter' : 'to the meter',
    refused: (control & refused) !== 0,
    ...content.message,
  }
}

export type Content = Pick<ExplainedFrame & { valid: true }, 'values' | 'units'> & Readonly<Record<string, unknown>>
const nothing: Content = { values: {}, units: {} }

const found = (message: Content): Decoded<Content> => ({ ok: true, message })

/** What the data of a frame mean. `dataAt`: where they stand in it. */
export function contentOf({ type, control, data, dataAt }: Cjt188Frame & { dataAt: number }): Decoded<Content> {
  if (control & refused) return found({ ...nothing, ...statusOf(data.subarray(1, 3)) })
  if (data.length < 3)
    return {
      ok: false,
      fault: { check: 'field', byte: dataAt + data.length, detail: 'identifier and number take 3 bytes' },
    }
  const head = { identifier: identifierOf(data), serial: data[2] ?? 0 }
  const rest = data.subarray(3)
  const isReading = (control & 0x3f) === 1 && control & reply && head.identifier === '901F'
  const fields = type >= 0x20 && type <= 0x29 ? heat : volume
  const length = fields.reduce((sum, field) => sum + width(field), timeBytes + statusBytes)
  if (!isReading || rest.length !== length) {
    return found({ ...nothing, ...head, ...(rest.length > 0 && { data: printedDigits(rest) }) })
  }
  return found({ ...head, ...readingOf(fields, rest) })
}

function readingOf(fields: readonly Field[], data: Buffer): Content {
  const values: Record<string, number> = {}
  const units: Record<string, string> = {}
  let from = 0
  for (const field of fields) {
    const digits = printedDigits(data.subarray(from, from + field.bytes))
    // A digit beyond 9: the meter has no such quantity.
    if (/^\d+$/.test(digits)) {
      values[field.key] = decimal(digits, field.decimals)
      units[field.key] =
        field.unit ?? unitCodes[data[from + field.bytes] ?? 0] ?? `code ${hex(data[from + field.bytes])}`
    }
    from += width(field)
  }
  return {
    values,
    units,
    ...timeOf(data.subarray(from, from + timeBytes)),
    ...statusOf(data.subarray(from + timeBytes)),
  }
}

/** The meter's own clock, second first, which names no zone: Beijing time, as of all Chinese standards. None when no calendar has it. */
function timeOf(bytes: Buffer): { time?: string } {
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(printedDigits(bytes))?.slice(1).map(Number)
  const at = digits && instantOf(digits as unknown as WallTime)
  return at === undefined ? {} : { time: beijingIso(at) }
}

const valves = ['open', 'closed', 'unknown', 'faulty'] as const

/** Valve, battery and the maker's bits [CJ/T 188 table 10]. */
function statusOf(bytes: Buffer): { status?: object } {
  const [low, high] = bytes
  if (low === undefined) return {}
  return {
    status: {
      hex: printedDigits(bytes),
      valve: valves[low & 3],
      batteryLow: (low & 4) !== 0,
      maker: (low >> 5) | ((high ?? 0) << 3),
    },
  }
}
