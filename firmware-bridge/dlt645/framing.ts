import { CivitalsError } from '@civitals/contracts/errors'
import type { ElementData } from '../frames/elements.ts'
import type { Decoded } from '../frames/frame.ts'
import { type MeterFrameShape, printedDigits, wireBytes } from '../frames/meter-frame.ts'
import { type Asked, type MeterDialect, MeterFraming } from '../frames/meter-framing.ts'
import type { Reply } from '../wire/framing.ts'
import { errorTerms, fn, more, refused, reply } from './control.ts'
import { editionOfIdentifier, elementsOf } from './elements.ts'
import { type Dlt645Frame, decodeFrame, encodeFrame, frameShape, isMeterAddress } from './frame.ts'

/** Asks a meter for the data of one identifier. */
export interface Dlt645Read {
  readonly protocol: 'dlt645'
  /** Twelve digits as printed; pairs of A stand for any. */
  readonly meter: string
  /** As printed, higher byte first: 8 digits, or 4 of the 1997 edition. */
  readonly identifier: string
  /** Digits of the number, where the identifier is the maker's own: XXXXXX.XX. */
  readonly format?: string
  /** The further frame of an answer that is longer than one, from 1 on [DL/T 645-2007 7.1.4]. */
  readonly follow?: number
}

/** Asks whoever is alone on the line for its address [DL/T 645-2007 7.3]; it comes as the text `meter`. */
export interface Dlt645Find {
  readonly protocol: 'dlt645'
  readonly meter: typeof anyMeter
  readonly find: true
}

export type Dlt645Request = Dlt645Read | Dlt645Find

export const anyMeter = 'AAAAAAAAAAAA'

/** @throws CIV_BRIDGE_REQUEST for what no meter could answer. */
export function checkDlt645(request: Dlt645Request): void {
  const known = 'find' in request || /^(?:[0-9A-F]{4}|[0-9A-F]{8})$/.test(request.identifier)
  if (isMeterAddress(request.meter) && known) return
  throw new CivitalsError('CIV_BRIDGE_REQUEST', 'no meter has such an address or identifier', {
    context: { ...request },
  })
}

/** Longest answer that is joined. */
const mostFollowing = 16
/** Answers that are being joined at once. */
const mostJoined = 8

class Dlt645Dialect implements MeterDialect<Dlt645Request, Dlt645Frame> {
  readonly shape: MeterFrameShape = frameShape
  /** Data of answers whose last frame has not come yet. */
  readonly #parts = new Map<string, readonly Buffer[]>()

  encode({ request }: Asked<Dlt645Request>): Buffer {
    const { meter } = request
    if ('find' in request) return encodeFrame({ meter, control: fn.readAddress, data: Buffer.alloc(0) })
    const sequence = request.follow === undefined || editionOf(request) === 1997 ? [] : [request.follow]
    const data = Buffer.concat([wireBytes(request.identifier), Buffer.from(sequence)])
    return encodeFrame({ meter, control: codeOf(request), data })
  }

  decode(bytes: Buffer): Decoded<Dlt645Frame> {
    return decodeFrame(bytes)
  }

  fromMeter({ control }: Dlt645Frame): boolean {
    return (control & reply) !== 0
  }

  kindOf({ request }: Asked<Dlt645Request>, { meter, control, data }: Dlt645Frame): 'answer' | 'refusal' | undefined {
    if (!isOf(request.meter, meter) || (control & 0x1f) !== codeOf(request)) return undefined
    if (control & refused) return 'refusal'
    if ('find' in request) return data.length === 6 ? 'answer' : undefined
    const length = request.identifier.length / 2
    if (printedDigits(data.subarray(0, length)) !== request.identifier) return undefined
    const numbered = request.follow === undefined || data.at(-1) === request.follow
    return numbered ? 'answer' : undefined
  }

  reply({ request }: Asked<Dlt645Request>, { control, data }: Dlt645Frame): Reply<ElementData> {
    if (control & refused) return refusal(request, data[0] ?? 0)
    if ('find' in request) return { ok: true, elements: {}, texts: { meter: printedDigits(data) } }
    const { identifier, follow, meter } = request
    const key = `${meter} ${identifier}`
    const here = data.subarray(identifier.length / 2, follow === undefined ? data.length : -1)
    const before = follow === undefined ? [] : (this.#parts.get(key) ?? [])
    this.#parts.delete(key)
    if (before.length !== (follow ?? 0)) return broken('the frames before this one are not known any more')
    const parts = [...before, here]
    if (!(control & more)) return { ok: true, ...readingOf(request, Buffer.concat(parts)) }
    if (editionOf(request) === 1997) return broken('the answer goes on in frames that carry no number')
    if (parts.length > mostFollowing) return broken(`an answer of more than ${mostFollowing} frames`)
    this.#parts.set(key, parts)
    for (const oldest of this.#parts.keys()) if (this.#parts.size > mostJoined) this.#parts.delete(oldest)
    return { ok: true, elements: {}, more: parts.length }
  }

  meterOf({ meter }: Dlt645Request): string {
    return meter
  }

  questionOf(request: Dlt645Request): string {
    if ('find' in request) return 'address'
    return `${request.meter} ${request.identifier} ${request.follow ?? ''}`
  }
}

/** DL/T 645 of both editions on any byte stream, in which the gateway asks. */
export class Dlt645Framing extends MeterFraming<Dlt645Request, Dlt645Frame> {
  constructor() {
    super(new Dlt645Dialect())
  }
}

const editionOf = (request: Dlt645Request): 1997 | 2007 =>
  'find' in request ? 2007 : editionOfIdentifier(request.identifier)

function codeOf(request: Dlt645Request): number {
  if ('find' in request) return fn.readAddress
  return (request.follow === undefined ? fn.readData : fn.readFollow)[editionOf(request)]
}

const isOf = (asked: string, meter: string): boolean =>
  asked === meter || (asked.match(/../g) ?? []).every((pair, at) => pair === 'AA' || meter.startsWith(pair, 2 * at))

const broken = (detail: string): Reply<ElementData> => ({ ok: false, kind: 'crc', check: 'field', detail })

function refusal(request: Dlt645Request, code: number): Reply<ElementData> {
  const detail = errorTerms(editionOf(request), code)
    .map(({ en }) => en)
    .join(', ')
  return { ok: false, kind: 'exception', code, ...(detail !== '' && { detail }) }
}

/** Data of an unknown meaning are given as the digits they are. */
const readingOf = ({ identifier, format }: Dlt645Read, data: Buffer): ElementData =>
  elementsOf(identifier, data, format) ?? { elements: {}, texts: { [identifier]: printedDigits(data) } }
