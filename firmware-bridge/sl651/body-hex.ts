import type { Decoded, FrameFault } from '../frames/frame.ts'
import { hasStationClass, isConfiguration, isSeriesReport, type Sl651Body, sl651Time } from './body.ts'
import { BodyDraft } from './draft.ts'
import { arrayValues, arrayWidth, bcdNumber } from './elements.ts'
import type { Sl651Frame } from './frame.ts'

type Refusal = FrameFault | undefined

/** Where the body begins in a frame of one packet; faults count from the start of the frame. */
const bodyAt = 14

const fieldFault = (place: number, detail: string): FrameFault => ({ check: 'field', byte: bodyAt + place, detail })

/** Reads a binary body [SL 651-2014 6.6.3]. */
export function parseHex(
  { body, function: code, direction }: Pick<Sl651Frame, 'body' | 'function' | 'direction'>,
  zoneMinutes: number | undefined,
): Decoded<Sl651Body> {
  if (body.length < 8) return { ok: false, fault: fieldFault(body.length, 'no serial number and time of sending') }
  const sentAt = sl651Time(body.toString('hex', 2, 8), zoneMinutes)
  if (sentAt === undefined) return { ok: false, fault: fieldFault(2, `${body.toString('hex', 2, 8)} is no time`) }
  const reader = new HexReader(body, code, zoneMinutes)
  const fault = direction === 'up' ? reader.readUp() : reader.readDown()
  return fault ? { ok: false, fault } : { ok: true, message: reader.draft.done(body.readUInt16BE(0), sentAt) }
}

class HexReader {
  readonly draft = new BodyDraft()
  readonly #body: Buffer
  readonly #code: number
  readonly #zoneMinutes: number | undefined
  #place = 8

  constructor(body: Buffer, code: number, zoneMinutes: number | undefined) {
    this.#body = body
    this.#code = code
    this.#zoneMinutes = zoneMinutes
  }

  readUp(): Refusal {
    while (this.#place < this.#body.length) {
      const fault = this.#group()
      if (fault) return fault
    }
    return undefined
  }

  /** Questions name identifiers without data; settings are read as what they set [SL 651-2014 6.6.4.10-6.6.4.31]. */
  readDown(): Refusal {
    const [code, left] = [this.#code, this.#body.length - this.#place]
    if (left === 0) return undefined
    if (code === 0x38) {
      if (left < 8) return fieldFault(this.#place, 'no start and end of the period')
      this.draft.texts.from = this.#body.toString('hex', this.#place, this.#place + 4)
      this.draft.texts.to = this.#body.toString('hex', this.#place + 4, this.#place + 8)
      this.#place += 8
      const fault = this.#identified()
      if (fault) return fault
    }
    if (code === 0x38 || code === 0x3a || code === 0x41 || code === 0x43 || code === 0x47 || code === 0x48) {
      return this.#identifiers()
    }
    return this.readUp()
  }

  #identifiers(): Refusal {
    while (this.#place < this.#body.length) {
      const size = this.#body[this.#place] === 0xff ? 2 : 1
      if (this.#place + size + 1 > this.#body.length) return fieldFault(this.#place, 'half an identifier')
      this.draft.asked.push(this.#body.toString('hex', this.#place, this.#place + size).toUpperCase())
      this.#place += size + 1
    }
    return undefined
  }

  #take(size: number): Buffer | undefined {
    if (this.#place + size > this.#body.length) return undefined
    this.#place += size
    return this.#body.subarray(this.#place - size, this.#place)
  }

  #rest(): Buffer {
    return this.#take(this.#body.length - this.#place) ?? Buffer.alloc(0)
  }

  #group(): Refusal {
    const lead = this.#body.length - this.#place >= 2 ? this.#body.readUInt16BE(this.#place) : 0
    if (!isConfiguration(this.#code) && lead === 0xf0f0) return this.#time()
    if (lead === 0xf1f1) return this.#station()
    if (lead === 0xf2f2) {
      this.#place += 2
      this.draft.texts.entered = this.#rest().toString('latin1')
      return undefined
    }
    if (lead === 0xf3f3) {
      this.#place += 2
      this.draft.more.picture = Buffer.from(this.#rest())
      return undefined
    }
    if (lead === 0xfdf6) {
      this.#place += 2
      this.draft.texts.velocities = this.#rest().toString('hex').toUpperCase()
      return undefined
    }
    return this.#ownForm() ? undefined : this.#identified()
  }

  #station(): Refusal {
    const start = this.#place
    this.#place += 2
    const station = this.#take(5)
    const stationClass = hasStationClass(this.#code) ? this.#take(1) : undefined
    if (!station || (hasStationClass(this.#code) && !stationClass)) return fieldFault(start, 'half an address')
    this.draft.station(station.toString('hex').toUpperCase(), stationClass?.[0])
    return undefined
  }

  #time(): Refusal {
    const start = this.#place
    this.#place += 2
    const digits = this.#take(5)?.toString('hex') ?? ''
    const at = sl651Time(digits, this.#zoneMinutes)
    if (at === undefined) return fieldFault(start, `time of observation ${digits} is none`)
    this.draft.observedAt(at)
    return undefined
  }

  /** Bodies without identifiers [SL 651-2014 6.6.4.19, 6.6.4.26-6.6.4.30]. */
  #ownForm(): boolean {
    const { draft } = this
    switch (this.#code) {
      case 0x45:
        this.#place += 1
        draft.texts.softwareVersion = this.#rest().toString('latin1')
        return true
      case 0x4c:
      case 0x4d:
      case 0x4e: {
        const count = this.#take(1)?.[0] ?? 0
        const size = this.#code === 0x4e ? Math.ceil(count / 8) : count
        const bits = this.#take(Math.min(size, this.#body.length - this.#place)) ?? Buffer.alloc(0)
        draft.more.switches = [...bits].flatMap((byte) =>
          Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) === 1),
        )
        if (this.#code === 0x4e) this.#openings(count)
        else this.#rest()
        return true
      }
      case 0x4f:
        draft.more.switches = [this.#rest()[0] === 0xff]
        return true
      case 0x50: {
        const words = this.#rest()
        draft.more.events = Array.from({ length: words.length >> 1 }, (_, index) => words.readUInt16BE(index * 2))
        return true
      }
      default:
        return false
    }
  }

  /** Opening of each gate, two BCD bytes in cm; given in the unit of element 09H, m. */
  #openings(count: number): void {
    for (let gate = 0; gate < count; gate++) {
      const bytes = this.#take(2)
      if (!bytes) break
      this.draft.observe('09', bcdNumber(bytes, 2))
    }
    this.#rest()
  }

  /** Identifier, definition of the data (5 bits length, 3 bits decimals), data [SL 651-2014 table 26]. */
  #identified(): Refusal {
    const start = this.#place
    const lead = this.#take(this.#body[start] === 0xff ? 2 : 1)
    const definition = this.#take(1)?.[0]
    if (!lead || definition === undefined) return fieldFault(start, 'half an identifier')
    const id = lead.toString('hex').toUpperCase()
    // The addresses a relay serves may be longer than 31 bytes: all 8 bits are length [SL 651-2014 D.1].
    const size = isConfiguration(this.#code) && id === '0E' ? definition : definition >> 3
    if (this.draft.stepMinutes !== undefined && isSeriesReport(this.#code) && id !== '04') {
      return this.#evenSteps(id, size, definition & 7)
    }
    const data = this.#take(size)
    if (!data) return fieldFault(start, `element ${id} needs ${size} bytes`)
    this.#keep(id, data, definition & 7)
    return undefined
  }

  #keep(id: string, data: Buffer, decimals: number): void {
    const { draft } = this
    const width = arrayWidth(Number.parseInt(id, 16))
    if (isConfiguration(this.#code)) this.#configuration(id, data, decimals)
    else if (this.#code === 0x49)
      draft.texts[draft.texts.password === undefined ? 'password' : 'newPassword'] = data.toString('hex').toUpperCase()
    else if (id === '04') draft.stepMinutes = stepMinutes(data)
    else if (id === '45') draft.more.state = data.length > 0 && data.length <= 6 ? data.readUIntBE(0, data.length) : 0
    else if (width) draft.series(id, arrayValues(data, width), 5)
    else draft.observe(id, bcdNumber(data, decimals))
  }

  /** One element, then its values to the end of the body [SL 651-2014 6.6.4.4, 6.6.4.11]. */
  #evenSteps(id: string, size: number, decimals: number): Refusal {
    const width = arrayWidth(Number.parseInt(id, 16))
    if (!width && size === 0) return fieldFault(this.#place - 1, `element ${id} has values of no length`)
    const data = this.#rest()
    if (width) this.draft.series(id, arrayValues(data, width), 5)
    else {
      const values = Array.from({ length: Math.floor(data.length / size) }, (_, index) =>
        bcdNumber(data.subarray(index * size, (index + 1) * size), decimals),
      )
      this.draft.series(
        id,
        values.map((value) => value ?? null),
        0,
      )
    }
    return undefined
  }

  /** What is a number by table D.1 or D.4; the rest as the digits it came in. */
  #configuration(id: string, data: Buffer, decimals: number): void {
    const { draft } = this
    const text = data.toString('hex').toUpperCase()
    const place = Number.parseInt(id, 16)
    if (id === '02') draft.texts.station = text
    else if (id === '03') draft.texts.password = text
    else if (id === '01') draft.texts.centres = [...data].join(', ')
    else if (id === '0F') draft.texts.communicationNumber = data.toString('latin1')
    else if (place === 0x0c || (place >= 0x20 && place <= 0xa8)) {
      const value = bcdNumber(data, decimals)
      draft.parameters.push(value === undefined ? { id } : { id, value })
    } else draft.texts[`parameter${id}`] = text
  }
}

/** `dhm`: days, hours, minutes, one BCD byte each; 0: the hour's sets of 5 minutes [SL 651-2014 table C.3]. */
function stepMinutes(data: Buffer): number {
  const [days = 0, hours = 0, minutes = 0] = [...data].map((byte) => (byte >> 4) * 10 + (byte & 15))
  return (days * 24 + hours) * 60 + minutes
}
