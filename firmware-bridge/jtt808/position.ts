import type { EpochMs } from '@civitals/contracts/clock'
import type { Decoded } from '../frames/frame.ts'
import { instantOf } from '../frames/local-time.ts'
import type { Term } from '../frames/term.ts'
import { alarmBits, type Bit, ioBits, loadTerm, signalBits, statusBits } from './terms.ts'

/** A position as a vehicle reports it [JT/T 808-2019 8.12]. */
export interface Position {
  readonly at?: EpochMs
  /** By the keys of `positionUnits`; latitude and longitude are missing when the terminal encrypts them. */
  readonly values: Readonly<Record<string, number>>
  /** Without a fix the terminal repeats what it knew last: latitude, longitude, speed and direction are not of this time. */
  readonly positioned: boolean
  readonly alarms: readonly Bit[]
  readonly status: readonly Bit[]
  readonly load: Term
  /** Vehicle signals and states of inputs and outputs that are on; absent where the terminal does not send them. */
  readonly signals?: readonly Bit[]
  readonly io?: readonly Bit[]
  /** Additional items the standard does not define, or not with this length: id and bytes, in hexadecimal digits. */
  readonly others: readonly { readonly id: string; readonly data: string }[]
  /** Bytes after the last whole item. */
  readonly rest?: string
}

/**
 * Units of what a position says. The standard does not say whether latitude and longitude are WGS-84 or GCJ-02; that is the
 * terminal's.
 */
export const positionUnits: Readonly<Record<string, string>> = {
  latitude: '°',
  longitude: '°',
  altitude: 'm',
  speed: 'km/h',
  direction: '°',
  mileage: 'km',
  fuel: 'L',
  recorderSpeed: 'km/h',
  alarmEvent: '',
  cabinTemperature: '°C',
  analog0: '',
  analog1: '',
  signal: '',
  satellites: '',
}

const basicLength = 28

export function readPosition(body: Buffer, zoneMinutes?: number): Decoded<Position> {
  if (body.length < basicLength) {
    const detail = `${body.length} bytes; a position has at least ${basicLength}`
    return { ok: false, fault: { check: 'field', byte: body.length, detail } }
  }
  const alarm = body.readUInt32BE(0)
  const status = body.readUInt32BE(4)
  const encrypted = isSet(status, 5)
  const latitude = body.readUInt32BE(8) / 1e6
  const longitude = body.readUInt32BE(12) / 1e6
  if (!encrypted && latitude > 90) return beyond(8, `latitude ${latitude} is beyond the pole`)
  if (!encrypted && longitude > 180) return beyond(12, `longitude ${longitude} is beyond 180`)
  const at = bcdTime(body, 22, zoneMinutes)
  const { values, rest, ...items } = readItems(body.subarray(basicLength))
  const place = {
    latitude: isSet(status, 2) ? 0 - latitude : latitude,
    longitude: isSet(status, 3) ? 0 - longitude : longitude,
  }
  return {
    ok: true,
    message: {
      ...(at === undefined ? {} : { at }),
      values: {
        ...(encrypted ? {} : place),
        altitude: body.readUInt16BE(16),
        speed: body.readUInt16BE(18) / 10,
        direction: body.readUInt16BE(20),
        ...values,
      },
      positioned: isSet(status, 1),
      alarms: bitsOn(alarmBits, alarm),
      status: bitsOn(statusBits, status),
      load: loadTerm((status >>> 8) & 3),
      ...items,
      ...(rest ? { rest } : {}),
    },
  }
}

const bitsOn = (table: readonly Bit[], word: number): readonly Bit[] => table.filter(({ code }) => isSet(word, code))

const isSet = (word: number, bit: number): boolean => ((word >>> bit) & 1) === 1

const beyond = (byte: number, detail: string): Decoded<never> => ({
  ok: false,
  fault: { check: 'field', byte, detail },
})

/** Six BCD bytes YYMMDDhhmmss [JT/T 808-2019 8.12]. */
export function bcdTime(bytes: Buffer, place: number, zoneMinutes?: number): EpochMs | undefined {
  const digits = bytes.toString('hex', place, place + 6)
  if (!/^\d{12}$/.test(digits)) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (digits.match(/../g) ?? []).map(Number)
  return instantOf([2000 + year, month, day, hour, minute, second], zoneMinutes)
}

interface ItemReader {
  readonly length: number
  readonly read: (data: Buffer) => Readonly<Record<string, number>>
}

/** Additional items [JT/T 808-2019 table 27]. */
const itemReaders: ReadonlyMap<number, ItemReader> = new Map([
  [0x01, { length: 4, read: (data) => ({ mileage: data.readUInt32BE() / 10 }) }],
  [0x02, { length: 2, read: (data) => ({ fuel: data.readUInt16BE() / 10 }) }],
  [0x03, { length: 2, read: (data) => ({ recorderSpeed: data.readUInt16BE() / 10 }) }],
  [0x04, { length: 2, read: (data) => ({ alarmEvent: data.readUInt16BE() }) }],
  [0x06, { length: 2, read: (data) => ({ cabinTemperature: signMagnitude(data.readUInt16BE()) }) }],
  // AD0 stands in the low half.
  [0x2b, { length: 4, read: (data) => ({ analog0: data.readUInt16BE(2), analog1: data.readUInt16BE(0) }) }],
  [0x30, { length: 1, read: (data) => ({ signal: data.readUInt8() }) }],
  [0x31, { length: 1, read: (data) => ({ satellites: data.readUInt8() }) }],
])

/** The highest bit means minus [JT/T 808-2019 table 27]. */
const signMagnitude = (word: number): number => (word & 0x8000 ? 0 - (word & 0x7fff) : word)

/**
 * Makers add items as they like, some with lengths of two bytes: what cannot be read as items is kept as it is and the
 * position stands.
 */
function readItems(bytes: Buffer): Pick<Position, 'values' | 'others' | 'signals' | 'io'> & { readonly rest: string } {
  const values: Record<string, number> = {}
  const others: { id: string; data: string }[] = []
  let words: Pick<Position, 'signals' | 'io'> = {}
  let place = 0
  while (place + 2 <= bytes.length) {
    const id = bytes[place] ?? 0
    const end = place + 2 + (bytes[place + 1] ?? 0)
    if (end > bytes.length) break
    const data = bytes.subarray(place + 2, end)
    const reader = itemReaders.get(id)
    if (id === 0x25 && data.length === 4) words = { ...words, signals: bitsOn(signalBits, data.readUInt32BE()) }
    else if (id === 0x2a && data.length === 2) words = { ...words, io: bitsOn(ioBits, data.readUInt16BE()) }
    else if (reader?.length === data.length) Object.assign(values, reader.read(data))
    else others.push({ id: upperHex(bytes.subarray(place, place + 1)), data: upperHex(data) })
    place = end
  }
  return { values, others, ...words, rest: upperHex(bytes.subarray(place)) }
}

const upperHex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase()
