import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import type { Jtt808Frame } from './frame.ts'

/** Messages under way at once on one connection; the oldest gives way. */
const mostMessages = 8
/** Bytes of all of them together. */
const mostBytes = 512 * 1024
const patienceMs = 120_000

interface Parts {
  readonly since: EpochMs
  readonly total: number
  readonly bodies: Map<number, Buffer>
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
    const parts = this.#open.get(key) ?? { since: now, total: packet.total, bodies: new Map<number, Buffer>() }
    this.#open.set(key, parts)
    if (!parts.bodies.has(packet.index)) {
      parts.bodies.set(packet.index, Buffer.from(body))
      this.#held += body.length
    }
    if (parts.bodies.size < packet.total) return undefined
    this.#drop(key)
    const ordered = [...parts.bodies].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const { packet: _, ...head } = frame
    return { ...head, body: Buffer.concat(ordered) }
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
    for (const body of this.#open.get(key)?.bodies.values() ?? []) this.#held -= body.length
    this.#open.delete(key)
  }
}
