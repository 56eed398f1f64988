import { CivitalsError } from '@civitals/contracts/errors'
import type { ElementData } from '../frames/elements.ts'
import type { Decoded } from '../frames/frame.ts'
import { type MeterFrameShape, wireBytes } from '../frames/meter-frame.ts'
import { type Asked, type MeterDialect, MeterFraming } from '../frames/meter-framing.ts'
import type { Reply } from '../wire/framing.ts'
import { elementsOf } from './elements.ts'
import { contentOf } from './explain.ts'
import {
  type Cjt188Frame,
  decodeFrame,
  encodeFrame,
  frameShape,
  identifierOf,
  isMeterAddress,
  refused,
  reply,
} from './frame.ts'

/** Asks a meter for the data of one identifier. */
export interface Cjt188Read {
  readonly protocol: 'cjt188'
  /** Fourteen digits as printed; pairs of A stand for any. */
  readonly meter: string
  /** 0x10 cold water, 0x20 heat, 0x30 gas [CJ/T 188-2018 table 1]; 0xAA any. */
  readonly type: number
  /** As printed, higher byte first: 901F. */
  readonly identifier: string
  /** The meter expects the higher byte first on the wire too. */
  readonly swapped?: boolean
}

/** Asks whoever is alone on the line for its address; it comes as the text `meter`, its type as `type`. */
export interface Cjt188Find {
  readonly protocol: 'cjt188'
  readonly meter: typeof anyMeter
  readonly type: number
  readonly find: true
}

export type Cjt188Request = Cjt188Read | Cjt188Find

export const anyMeter = 'AAAAAAAAAAAAAA'
const anyType = 0xaa
const readData = 0x01
const readAddress = 0x03
const addressIdentifier = '810A'

/** @throws CIV_BRIDGE_REQUEST for what no meter could answer. */
export function checkCjt188(request: Cjt188Request): void {
  const { meter, type } = request
  const known = 'find' in request || /^[0-9A-F]{4}$/.test(request.identifier)
  if (known && (meter === anyMeter || isMeterAddress(meter)) && (type === anyType || (type >= 0x10 && type <= 0x49)))
    return
  throw new CivitalsError('CIV_BRIDGE_REQUEST', 'no meter has such an address, type or identifier', {
    context: { ...request },
  })
}

type Frame = Cjt188Frame & { readonly dataAt: number }

const dialect: MeterDialect<Cjt188Request, Frame> = {
  shape: frameShape satisfies MeterFrameShape,

  encode({ id, request }: Asked<Cjt188Request>): Buffer {
    const { meter, type } = request
    const onWire = wireBytes('find' in request ? addressIdentifier : request.identifier)
    if ('swapped' in request && request.swapped) onWire.reverse()
    return encodeFrame({ meter, type, control: codeOf(request), data: Buffer.of(...onWire, serialOf(id)) })
  },

  decode: (bytes: Buffer): Decoded<Frame> => decodeFrame(bytes),

  fromMeter: ({ control }: Frame): boolean => (control & reply) !== 0,

  kindOf({ request }: Asked<Cjt188Request>, { meter, type, control, data }: Frame): 'answer' | 'refusal' | undefined {
    const sameMeter = isOf(request.meter, meter) && (request.type === anyType || request.type === type)
    if (!sameMeter || (control & 0x3f) !== codeOf(request)) return undefined
    if (control & refused) return 'refusal'
    if (data.length < 3) return undefined
    return 'find' in request || identifierOf(data) === request.identifier ? 'answer' : undefined
  },

  // The number stands first in a refusal, behind the identifier in an answer.
  numbered: ({ id }: Asked<Cjt188Request>, { control, data }: Frame): boolean =>
    data[control & refused ? 0 : 2] === serialOf(id),

  reply({ request }: Asked<Cjt188Request>, frame: Frame): Reply<ElementData> {
    const { meter, type, control, data } = frame
    if (control & refused) return { ok: false, kind: 'exception', code: data.length >= 3 ? data.readUInt16LE(1) : 0 }
    if ('find' in request) return { ok: true, elements: {}, texts: { meter, type: type.toString(16) } }
    const content = contentOf(frame)
    if (!content.ok) return { ok: false, kind: 'crc', check: content.fault.check, detail: content.fault.detail }
    return { ok: true, ...elementsOf(request.identifier, content.message) }
  },

  meterOf: ({ meter }: Cjt188Request): string => meter,

  questionOf: (request: Cjt188Request): string =>
    `${request.meter} ${'find' in request ? 'address' : request.identifier}`,
}

/** CJ/T 188 on any byte stream, in which the gateway asks. */
export class Cjt188Framing extends MeterFraming<Cjt188Request, Frame> {
  constructor() {
    super(dialect)
  }
}

const codeOf = (request: Cjt188Request): number => ('find' in request ? readAddress : readData)
const serialOf = (id: number): number => id & 0xff

const isOf = (asked: string, meter: string): boolean =>
  asked === meter || (asked.match(/../g) ?? []).every((pair, at) => pair === 'AA' || meter.startsWith(pair, 2 * at))
