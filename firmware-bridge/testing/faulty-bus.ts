// A serial bus with terminals that are right and a wire that is not, in virtual time. Everything it says is made here, from its own
// tables and with its own check sum, so that it knows the truth whatever our codec thinks.
import { Duplex } from 'node:stream'
import type { Clock } from '@civitals/contracts/clock'
import type { Dial } from '../wire/link.ts'

/** Shares of replies, 0 to 1, that meet each fault; they are drawn one by one and may come together. */
export interface Faults {
  /** The terminal did not hear the request, or its reply never arrives. */
  readonly lost: number
  /** The reply comes after its time-out. */
  readonly late: number
  /** The reply comes a second time. */
  readonly copied: number
  /** A good frame of another unit stands on the wire meanwhile. */
  readonly foreign: number
  /** Another master asks one of the terminals, and it answers. */
  readonly otherMaster: number
  readonly truncated: number
  /** A burst of at most 16 bits is wrong, which a CRC-16 always shows. */
  readonly corrupted: number
  /** Bytes of noise before the reply. */
  readonly noise: number
}

export interface BusParts {
  readonly clock: Clock
  /** 0 to 1. */
  readonly draw: () => number
  readonly faults: Faults
  readonly characterMs: number
  /** How long after its request a late reply begins, and how long copies of replies may follow them. */
  readonly lateMs: (unit: number) => number
  readonly copyMs: (unit: number) => number
}

interface Queued {
  readonly earliest: number
  readonly reply: () => number
}

/** Addresses and what stands there; beyond them the terminals refuse. */
export const map = { fixed: 0, zeros: 100, counters: 140, scratch: 180, end: 200 } as const
const counterMs = 50

/** What register or bit `address` of a table holds for good: 16 bits that differ from place to place. */
export function fixedValue(unit: number, code: number, address: number): number {
  let mixed = (unit * 0x9e3779b1) ^ (code * 0x85ebca77) ^ (address * 0xc2b2ae3d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 13)) & 0xffff
}

/** Milliseconds of the clock at which a counter register held `value`, the last time before `at`. */
export function counterTime(value: number, address: number, at: number): number {
  const now = Math.floor(at / counterMs)
  const age = (now - (value - address)) & 0xffff
  return (now - age + 1) * counterMs
}

/** CRC-16/MODBUS bit by bit, as the specification describes it. */
function sealed(frame: readonly number[]): Buffer {
  let crc = 0xffff
  for (const byte of frame) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return Buffer.from([...frame, crc & 0xff, crc >>> 8])
}

const high = (word: number): number => word >> 8
const low = (word: number): number => word & 0xff

/** What is written to it arrives at once; what it says is heard at once. Streams of the system would need real time. */
class BusStream extends Duplex {
  readonly #hear: (chunk: Buffer) => void

  constructor(hear: (chunk: Buffer) => void) {
    super()
    this.#hear = hear
  }

  override write(chunk: Buffer): boolean {
    this.#hear(chunk)
    return true
  }

  override _read(): void {}
}

export class FaultyBus {
  readonly #parts: BusParts
  readonly #scratch = new Map<string, number>()
  /** Replies a terminal has still to give, the one it is busy with first. */
  readonly #queues = new Map<number, Queued[]>()
  #wireFreeAt = 0
  /** When this side spoke last. */
  #askedAt = 0
  /** Until when another master speaks. */
  #otherAsksUntil = 0
  #stream: BusStream | undefined
  readonly met = { lost: 0, late: 0, copied: 0, foreign: 0, otherMaster: 0, truncated: 0, corrupted: 0, noise: 0 }

  constructor(parts: BusParts) {
    this.#parts = parts
  }

  readonly dial: Dial = async () => {
    const stream = new BusStream((request) => this.#request(request))
    this.#stream = stream
    return { stream, close: async () => {} }
  }

  scratch(unit: number, address: number): number {
    return this.#scratch.get(`${unit} ${address}`) ?? 0
  }

  #hit(fault: keyof Faults): boolean {
    if (this.#parts.draw() >= this.#parts.faults[fault]) return false
    this.met[fault]++
    return true
  }

  #request(request: Buffer): void {
    const { draw, clock } = this.#parts
    const unit = request.readUInt8(0)
    const arrives = request.length * this.#parts.characterMs
    this.#askedAt = clock.mono()
    // Two that ask at once garble each other: no terminal understands either.
    if (this.#askedAt < this.#otherAsksUntil) return
    if (this.#hit('foreign')) clock.after(draw() * 80, () => this.#say(this.#foreign(request)))
    if (this.#hit('otherMaster')) this.#otherMaster(unit, request)
    if (this.#hit('lost')) return
    const turnaround = this.#hit('late') ? this.#parts.lateMs(unit) : 3 + 20 * draw() ** 3
    // The reply says what the registers hold when the terminal makes it.
    clock.after(arrives, () => this.#inTurn(unit, turnaround, () => this.#reply(unit, this.#answer(request))))
  }

  #reply(unit: number, good: Buffer): number {
    const { draw, clock, characterMs, copyMs } = this.#parts
    if (this.#hit('copied')) clock.after(good.length * characterMs + draw() * copyMs(unit), () => this.#say(good))
    let frame = good
    if (this.#hit('truncated')) frame = frame.subarray(0, Math.floor(draw() * frame.length))
    if (this.#hit('corrupted') && frame.length > 1) frame = this.#burst(frame)
    if (this.#hit('noise')) frame = Buffer.concat([this.#random(1 + Math.floor(draw() * 5)), frame])
    return this.#say(frame)
  }

  /**
   * Says bytes at the speed of the wire, sometimes in two pieces, when the frame before is out: two that collide garble each other,
   * which `corrupted` stands for. Returns when they are out.
   */
  #say(frame: Buffer): number {
    const { clock, characterMs, draw } = this.#parts
    const begins = Math.max(clock.mono(), this.#wireFreeAt)
    this.#wireFreeAt = begins + frame.length * characterMs
    const cut = draw() < 0.2 ? Math.floor(draw() * frame.length) : 0
    for (const [from, to] of [
      [0, cut],
      [cut, frame.length],
    ] as const) {
      const at = begins + to * characterMs
      if (to > from) clock.after(at - clock.mono(), () => this.#stream?.emit('data', frame.subarray(from, to)))
    }
    return this.#wireFreeAt
  }

  #answer(request: Buffer): Buffer {
    const [unit = 0, code = 0] = request
    const [address, count] = [request.readUInt16BE(2), request.readUInt16BE(4)]
    switch (code) {
      case 6:
        return this.#writes(unit, address, [count])
          ? sealed([...request.subarray(0, 6)])
          : sealed([unit, code | 0x80, 2])
      case 16: {
        const values = Array.from({ length: count }, (_, place) => request.readUInt16BE(7 + 2 * place))
        return this.#writes(unit, address, values)
          ? sealed([...request.subarray(0, 6)])
          : sealed([unit, code | 0x80, 2])
      }
      default:
        return address + count > map.end
          ? sealed([unit, code | 0x80, 2])
          : sealed(this.#data(unit, code, address, count))
    }
  }

  #writes(unit: number, address: number, values: readonly number[]): boolean {
    if (address < map.scratch || address + values.length > map.end) return false
    values.forEach((value, place) => {
      this.#scratch.set(`${unit} ${address + place}`, value)
    })
    return true
  }

  #data(unit: number, code: number, address: number, count: number): number[] {
    const places = Array.from({ length: count }, (_, place) => this.value(unit, code, address + place))
    if (code > 2) return [unit, code, 2 * count, ...places.flatMap((value) => [high(value), low(value)])]
    const bytes = Array.from({ length: Math.ceil(count / 8) }, (_, byte) =>
      places.slice(8 * byte, 8 * byte + 8).reduce((sum, value, bit) => sum + ((value & 1) << bit), 0),
    )
    return [unit, code, bytes.length, ...bytes]
  }

  /** What stands there now. */
  value(unit: number, code: number, address: number): number {
    if (address < map.zeros) return fixedValue(unit, code, address)
    if (address < map.counters) return 0
    if (address < map.scratch) return (Math.floor(this.#parts.clock.mono() / counterMs) + address) & 0xffff
    return this.scratch(unit, address)
  }

  /** A good frame of a unit that is never asked: like the reply awaited, but from somebody else. */
  #foreign(request: Buffer): Buffer {
    const other = 100 + Math.floor(this.#parts.draw() * 20)
    const code = request.readUInt8(1)
    if (code > 4) return sealed([other, ...request.subarray(1, 6)])
    return sealed(this.#data(other, code, 0, Math.min(request.readUInt16BE(4), 60)))
  }

  /** Another master reads the terminal that is being asked, elsewhere; its request and the reply to it are heard. */
  #otherMaster(unit: number, request: Buffer): void {
    const { draw, clock } = this.#parts
    const code = 3 + Math.floor(draw() * 2)
    const count = request.readUInt16BE(4) <= 40 ? request.readUInt16BE(4) : 2
    const ask = [unit, code, 0, Math.floor(draw() * 50), 0, count]
    clock.after(draw() * 60, () => {
      const begunAt = clock.mono()
      this.#otherAsksUntil = this.#say(sealed(ask))
      clock.after(this.#otherAsksUntil - begunAt, () => {
        if (this.#askedAt >= begunAt) return
        this.#inTurn(unit, 4 + 10 * draw(), () => this.#say(sealed(this.#data(unit, code, ask[3] ?? 0, count))))
      })
    })
  }

  /** A terminal answers in order: it begins the next reply when the last one is out. `reply` returns when it is. */
  #inTurn(unit: number, turnaroundMs: number, reply: () => number): void {
    const { clock } = this.#parts
    const queue = this.#queues.get(unit) ?? []
    this.#queues.set(unit, queue)
    queue.push({ earliest: clock.mono() + turnaroundMs, reply })
    if (queue.length === 1) this.#next(queue)
  }

  #next(queue: Queued[]): void {
    const { clock } = this.#parts
    const [first] = queue
    if (!first) return
    clock.after(Math.max(0, first.earliest - clock.mono()), () => {
      const out = first.reply()
      clock.after(out - clock.mono() + 2, () => {
        queue.shift()
        this.#next(queue)
      })
    })
  }

  #burst(frame: Buffer): Buffer {
    const bad = Buffer.from(frame)
    const at = Math.floor(this.#parts.draw() * (bad.length - 1))
    const change = 1 + Math.floor(this.#parts.draw() * 0xffff)
    bad.writeUInt16BE(bad.readUInt16BE(at) ^ change, at)
    return bad
  }

  #random(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => Math.floor(this.#parts.draw() * 256)))
  }
}
