import type { EpochMs } from '@civitals/contracts/clock'
import type { Decoded, FrameFault } from '../frames/frame.ts'
import type { Term } from '../frames/term.ts'
import { timeAt } from './frame.ts'
import {
  type Bit,
  componentBits,
  componentTerm,
  deviceBits,
  deviceOperations,
  quantities,
  systemBits,
  systemOperations,
  systemTerm,
} from './terms.ts'

/** One information object of a frame: what is present depends on the type flag. */
export interface Item {
  readonly system?: Term & { readonly address: number }
  /** `address`: 8 hexadecimal digits, high byte first. The type is absent in requests. */
  readonly component?: Partial<Term> & { readonly address: string }
  /** Bits by name; for a person, `states` says those that are set. */
  readonly flags?: Readonly<Record<string, boolean>>
  readonly states?: readonly Term[]
  readonly quantity?: string
  readonly value?: number
  readonly unit?: string
  /** Raw type of an analog quantity the standard does not define; its value is left raw. */
  readonly quantityCode?: number
  readonly operator?: number
  readonly text?: string
  readonly software?: string
  readonly records?: number
  readonly minutes?: number
  readonly at?: EpochMs
}

type Draft = { -readonly [K in keyof Item]: Item[K] }

interface Field {
  /** Bytes it takes; `bytes` start at the field and may end inside it. */
  readonly size: (bytes: Buffer) => number
  readonly read: (bytes: Buffer, item: Draft, zoneMinutes: number | undefined) => void
}

const field = (size: number, read: Field['read']): Field => ({ size: () => size, read })

const system = field(2, (bytes, item) => {
  item.system = { ...systemTerm(bytes[0] ?? 0), address: bytes[1] ?? 0 }
})

const address = (bytes: Buffer, place: number): string =>
  bytes.readUInt32LE(place).toString(16).toUpperCase().padStart(8, '0')

const component = field(5, (bytes, item) => {
  item.component = { ...componentTerm(bytes[0] ?? 0), address: address(bytes, 1) }
})

const componentAddress = field(4, (bytes, item) => {
  item.component = { address: address(bytes, 0) }
})

/** Words travel low byte first. Bits beyond the table are reserved and say nothing. */
const flags = (size: 1 | 2, bits: readonly Bit[]): Field =>
  field(size, (bytes, item) => {
    const word = bytes.readUIntLE(0, size)
    const isSet = (place: number): boolean => ((word >> place) & 1) === 1
    item.flags = Object.fromEntries(bits.map(({ key }, place) => [key, isSet(place)]))
    item.states = bits.flatMap(({ set, clear }, code) => {
      const said = isSet(code) ? set : clear
      return said ? [{ code, ...said }] : []
    })
  })

const analog = field(3, (bytes, item) => {
  const code = bytes[0] ?? 0
  const raw = bytes.readInt16LE(1)
  const known = quantities.get(code)
  item.quantity = known?.key ?? `type${code}`
  item.value = known ? raw / 10 ** known.decimals : raw
  item.unit = known?.unit ?? ''
  if (!known) item.quantityCode = code
})

const time = field(6, (bytes, item, zoneMinutes) => {
  const at = timeAt(bytes, 0, zoneMinutes)
  if (at !== undefined) item.at = at
})

const gb18030 = new TextDecoder('gb18030')

/** Text padded with zeros; a character cut in two by the end of the field is left out. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  const text = gb18030.decode(end < 0 ? bytes : bytes.subarray(0, end))
  return text.replace(/\uFFFD$/, '').trim()
}

const description = field(31, (bytes, item) => {
  item.text = textOf(bytes)
})

const countedText: Field = {
  size: (bytes) => 1 + (bytes[0] ?? 0),
  read: (bytes, item) => {
    item.text = textOf(bytes.subarray(1))
  },
}

const software = field(2, (bytes, item) => {
  item.software = `${bytes[0]}.${bytes[1]}`
})

const operator = field(1, (bytes, item) => {
  item.operator = bytes[0] ?? 0
})

const records = field(1, (bytes, item) => {
  item.records = bytes[0] ?? 0
})

const minutes = field(1, (bytes, item) => {
  item.minutes = bytes[0] ?? 0
})

const reserved = field(1, () => {})

/** What an object of each type flag consists of [GB/T 26875.3-2011 8.2, 8.3]. */
const layouts: ReadonlyMap<number, readonly Field[]> = new Map([
  [1, [system, flags(2, systemBits), time]],
  [2, [system, component, flags(2, componentBits), description, time]],
  [3, [system, component, analog, time]],
  [4, [system, flags(1, systemOperations), operator, time]],
  [5, [system, software]],
  [6, [system, countedText]],
  [7, [system, component, description]],
  [8, [system, time]],
  [21, [flags(1, deviceBits), time]],
  [24, [flags(1, deviceOperations), operator, time]],
  [25, [software]],
  [26, [countedText]],
  [28, [time]],
  [61, [system]],
  [62, [system, componentAddress]],
  [63, [system, componentAddress]],
  [64, [system, records, time]],
  [65, [system]],
  [66, [system]],
  [67, [system, componentAddress]],
  [68, [system]],
  [81, [reserved]],
  [84, [records, time]],
  [85, [reserved]],
  [86, [reserved]],
  [88, [reserved]],
  [89, [reserved]],
  [90, [time]],
  [91, [minutes]],
])

export interface ApplicationData {
  readonly type: number
  readonly items: readonly Item[]
  /** Bytes of a type flag without a layout (the user's own), left as they are. */
  readonly opaque?: Buffer
}

/** Byte of the frame at which the application data begin: faults count from the frame's first byte. */
const dataPlace = 27

/** Reads type flag, number of objects and the objects. `data` has at least one byte. */
export function readData(data: Buffer, zoneMinutes?: number): Decoded<ApplicationData> {
  const type = data[0] ?? 0
  const layout = layouts.get(type)
  if (!layout) return { ok: true, message: { type, items: [], opaque: data.subarray(1) } }
  const count = data[1]
  if (count === undefined) return fault(1, 'the number of objects is missing')
  const items: Item[] = []
  let place = 2
  for (let object = 1; object <= count; object++) {
    const item: Draft = {}
    for (const { size, read } of layout) {
      const rest = data.subarray(place)
      const need = size(rest)
      if (rest.length < need || need === 0) return fault(data.length, `object ${object} of ${count} is cut off`)
      read(rest.subarray(0, need), item, zoneMinutes)
      place += need
    }
    items.push(item)
  }
  if (place < data.length) return fault(place, `${data.length - place} bytes after the last of ${count} objects`)
  return { ok: true, message: { type, items } }
}

const fault = (place: number, detail: string): { ok: false; fault: FrameFault } => ({
  ok: false,
  fault: { check: 'field', byte: dataPlace + place, detail },
})

/** Key of an object's numbers: `1/2/04030201/temperature`, `1/2/fire`, `device/mainsFault`. */
export function keyOf({ system, component }: Item, what: string): string {
  if (!system) return `device/${what}`
  return component
    ? `${system.code}/${system.address}/${component.address}/${what}`
    : `${system.code}/${system.address}/${what}`
}
