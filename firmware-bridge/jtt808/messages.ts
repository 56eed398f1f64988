import type { EpochMs } from '@civitals/contracts/clock'
import type { Decoded } from '../frames/frame.ts'
import type { Term } from '../frames/term.ts'
import { bodyPlace, type Edition, type Jtt808Frame } from './frame.ts'
import { bcdTime, type Position, readPosition } from './position.ts'
import { messageTerm, plateColour, registrationTerm, resultTerm } from './terms.ts'

/** Message ids a session acts on [JT/T 808-2019 table A.1]. */
export const ids = {
  terminalAnswer: 0x0001,
  heartbeat: 0x0002,
  logout: 0x0003,
  askTime: 0x0004,
  register: 0x0100,
  authenticate: 0x0102,
  position: 0x0200,
  positionAnswer: 0x0201,
  controlAnswer: 0x0500,
  batch: 0x0704,
  platformAnswer: 0x8001,
  askPackets: 0x8003,
  timeAnswer: 0x8004,
  registerAnswer: 0x8100,
} as const

/** What a message says, as far as this project reads it. */
export type Message =
  | { readonly kind: 'answer'; readonly answeredSerial: number; readonly answeredMessage: Term; readonly result: Term }
  | {
      readonly kind: 'registration'
      readonly answeredSerial: number
      readonly result: Term
      readonly authentication?: string
    }
  | { readonly kind: 'register'; readonly terminal: Registration }
  | { readonly kind: 'authenticate'; readonly code: string; readonly imei?: string; readonly software?: string }
  | {
      readonly kind: 'positions'
      readonly positions: readonly Position[]
      readonly history: boolean
      readonly answeredSerial?: number
    }
  | { readonly kind: 'time'; readonly at?: EpochMs }
  | { readonly kind: 'empty' }
  /** One packet of several, an encrypted body, or a message not read here. */
  | { readonly kind: 'opaque'; readonly body: Buffer }

export interface Registration {
  readonly province: number
  readonly city: number
  readonly maker: string
  readonly model: string
  readonly terminalId: string
  readonly plateColour: Term
  /** Number plate, or the chassis number of a vehicle without one. */
  readonly plate: string
}

type Reader = (body: Buffer, edition: Edition, zoneMinutes: number | undefined) => Decoded<Message>

const good = (message: Message): Decoded<Message> => ({ ok: true, message })
const short = (body: Buffer, need: number): Decoded<never> => ({
  ok: false,
  fault: { check: 'field', byte: body.length, detail: `${body.length} bytes of body; at least ${need} are needed` },
})

const gbk = new TextDecoder('gb18030')
const textOf = (bytes: Buffer): string => gbk.decode(bytes).replaceAll('\0', '').trim()

const answer: Reader = (body) =>
  body.length < 5
    ? short(body, 5)
    : good({
        kind: 'answer',
        answeredSerial: body.readUInt16BE(0),
        answeredMessage: messageTerm(body.readUInt16BE(2)),
        result: resultTerm(body[4] ?? 0),
      })

const registration: Reader = (body) => {
  if (body.length < 3) return short(body, 3)
  const result = registrationTerm(body[2] ?? 0)
  const code = textOf(body.subarray(3))
  return good({
    kind: 'registration',
    answeredSerial: body.readUInt16BE(0),
    result,
    ...(result.code === 0 ? { authentication: code } : {}),
  })
}

/** Widths of maker, model and terminal id; that of 2011 is told from 2013 by a body too short for it. */
const registerWidths = { 2011: [5, 8, 7], 2013: [5, 20, 7], 2019: [11, 30, 30] } as const

const register: Reader = (body, edition) => {
  const fixed = ([a, b, c]: readonly [number, number, number]): number => 4 + a + b + c + 1
  const layout = edition === 2013 && body.length < fixed(registerWidths[2013]) ? 2011 : edition
  const widths = registerWidths[layout]
  if (body.length < fixed(widths)) return short(body, fixed(widths))
  const [maker, model, id] = widths
  return good({
    kind: 'register',
    terminal: {
      province: body.readUInt16BE(0),
      city: body.readUInt16BE(2),
      maker: textOf(body.subarray(4, 4 + maker)),
      model: textOf(body.subarray(4 + maker, 4 + maker + model)),
      terminalId: textOf(body.subarray(4 + maker + model, 4 + maker + model + id)),
      plateColour: plateColour(body[4 + maker + model + id] ?? 0),
      plate: textOf(body.subarray(fixed(widths))),
    },
  })
}

const authenticate: Reader = (body, edition) => {
  if (edition === 2013) return good({ kind: 'authenticate', code: textOf(body) })
  const end = 1 + (body[0] ?? 0)
  if (body.length < end) return short(body, end)
  return good({
    kind: 'authenticate',
    code: textOf(body.subarray(1, end)),
    imei: textOf(body.subarray(end, end + 15)),
    software: textOf(body.subarray(end + 15, end + 35)),
  })
}

const position: Reader = (body, _, zoneMinutes) => {
  const read = readPosition(body, zoneMinutes)
  return read.ok ? good({ kind: 'positions', positions: [read.message], history: false }) : read
}

/** Answers that carry the serial number of what they answer before the position. */
const answeredPosition: Reader = (body, _, zoneMinutes) => {
  if (body.length < 2) return short(body, 2)
  const read = shifted(readPosition(body.subarray(2), zoneMinutes), 2)
  if (!read.ok) return read
  return good({ kind: 'positions', positions: [read.message], history: false, answeredSerial: body.readUInt16BE(0) })
}

/** Type 1 is what a blind area kept back [JT/T 808-2019 8.49]. */
const batch: Reader = (body, _, zoneMinutes) => {
  if (body.length < 3) return short(body, 3)
  const count = body.readUInt16BE(0)
  const positions: Position[] = []
  let place = 3
  for (let item = 0; item < count; item++) {
    if (place + 2 > body.length) return short(body, place + 2)
    const end = place + 2 + body.readUInt16BE(place)
    if (end > body.length) return short(body, end)
    const read = shifted(readPosition(body.subarray(place + 2, end), zoneMinutes), place + 2)
    if (!read.ok) return read
    positions.push(read.message)
    place = end
  }
  return good({ kind: 'positions', positions, history: body[2] === 1 })
}

const shifted = <M>(read: Decoded<M>, by: number): Decoded<M> =>
  read.ok ? read : { ok: false, fault: { ...read.fault, byte: read.fault.byte + by } }

const time: Reader = (body, _, zoneMinutes) => {
  const at = bcdTime(body, 0, zoneMinutes)
  return good({ kind: 'time', ...(at === undefined ? {} : { at }) })
}

const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [ids.terminalAnswer, answer],
  [ids.platformAnswer, answer],
  [ids.registerAnswer, registration],
  [ids.register, register],
  [ids.authenticate, authenticate],
  [ids.position, position],
  [ids.positionAnswer, answeredPosition],
  [ids.controlAnswer, answeredPosition],
  [ids.batch, batch],
  [ids.timeAnswer, time],
])

/** Reads the body of a frame. `byte` of a fault counts unescaped bytes after the first mark. */
export function readMessage(frame: Jtt808Frame, zoneMinutes?: number): Decoded<Message> {
  const { id, body, encrypted, packet, edition } = frame
  const reader = readers.get(id)
  const whole = !packet || packet.total === 1
  if (encrypted || !whole || !reader) return good(body.length === 0 ? { kind: 'empty' } : { kind: 'opaque', body })
  return shifted(reader(body, edition, zoneMinutes), bodyPlace(frame))
}
