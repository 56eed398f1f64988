import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import type { Jtt808Frame } from './frame.ts'

/** Messages under way at once on one connection; the oldest gives way. */
const mostMessages = 8
/** Bytes of all of them together. */
const mostBytes = 512 * 1024
const patienceMs = 120_000
/** What an entry costs beside its bytes. */
const entryBytes = 256
/** Silence after which missing packets are asked for again, and how often. */
const askAfterMs = 5000
const mostAsked = 3
/** Packets named in one request: the edition of 2013 counts them in a byte. */
const mostNamed = 125

interface Parts {
  readonly since: EpochMs
  readonly total: number
  readonly head: Jtt808Frame
  readonly bodies: Map<number, Buffer>
  heardAt: EpochMs
  asked: number
}

/** Packets of one message that have not come. */
export interface MissingPackets {
  /** Any frame of the message: to whom, and in which edition, the request goes. */
  readonly of: Jtt808Frame
  /** Serial number of its first packet. */
  readonly firstSerial: number
  /** Numbers of the packets, from 1, ascending. */
  readonly indexes: readonly number[]
}

/**
 * Joins messages that are spread over several frames [JT/T 808-2019 4.4.3]. The packets of one message have serial numbers
 * that follow one another, so serial minus index names it. Bounded in messages, bytes and time.
 */
export class Assembly {
  readonly #open = new Map<string, Parts>()
  #held = 0

  /** Bytes kept for messages that are not whole. */
  get held(): number {
    return this.#held
  }

  /** The whole message when this packet was its last; undefined while others are missing. */
  add(frame: Jtt808Frame, now: EpochMs): Jtt808Frame | undefined {
    const { packet, body } = frame
    if (!packet || packet.total === 1) return frame
    const key = `${frame.paddedPhone} ${frame.id} ${(frame.serial - packet.index) & 0xffff}`
    const known = this.#open.get(key)
    if (known && known.total !== packet.total) this.#drop(key)
    const parts = this.#open.get(key) ?? begun(frame, packet.total, now)
    this.#open.set(key, parts)
    parts.heardAt = now
    if (!parts.bodies.has(packet.index)) {
      parts.bodies.set(packet.index, copyOf(body))
      this.#held += body.length + entryBytes
    }
    if (parts.bodies.size < packet.total) return undefined
    this.#drop(key)
    const ordered = [...parts.bodies].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const { packet: _, ...head } = frame
    return { ...head, body: Buffer.concat(ordered) }
  }

  /** What should be asked for now; counts as asked. */
  missing(now: EpochMs): MissingPackets[] {
    const due = [...this.#open.values()].filter(
      ({ heardAt, asked }) => asked < mostAsked && now - heardAt >= askAfterMs * (asked + 1),
    )
    return due.map((parts) => {
      parts.asked++
      const { head, total, bodies } = parts
      const indexes: number[] = []
      for (let index = 1; index <= total && indexes.length < mostNamed; index++)
        if (!bodies.has(index)) indexes.push(index)
      return { of: head, firstSerial: (head.serial - (head.packet?.index ?? 1) + 1) & 0xffff, indexes }
    })
  }

  /** Gives up what is too old or too much, and says how many packets each message still lacked. */
  expire(now: EpochMs): FrameFault[] {
    const faults: FrameFault[] = []
    for (const [key, { since, total, bodies }] of this.#open) {
      const crowded = this.#open.size > mostMessages || this.#held > mostBytes
      if (!crowded && now - since < patienceMs) continue
      this.#drop(key)
      const detail = `${total - bodies.size} of ${total} packets of a message never came`
      faults.push({ check: 'length', byte: 0, detail })
    }
    return faults
  }

  #drop(key: string): void {
    for (const body of this.#open.get(key)?.bodies.values() ?? []) this.#held -= body.length + entryBytes
    this.#open.delete(key)
  }
}

/** With memory of its own: a part of a chunk or of a pool would keep the whole of it. */
const copyOf = (body: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(body.length)
  body.copy(copy)
  return copy
}

const begun = (frame: Jtt808Frame, total: number, now: EpochMs): Parts => ({
  since: now,
  total,
  head: { ...frame, body: Buffer.alloc(0) },
  bodies: new Map(),
  heardAt: now,
  asked: 0,
})
