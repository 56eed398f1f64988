import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import type { Sl651Frame } from './frame.ts'

/** A station that never finishes must not fill the memory; a picture has some tens of kilobytes. */
const mostBytes = 1_048_576
const mostGroups = 4
/** What a packet costs beside its bytes: there may be 4095 of a few bytes. */
const entryBytes = 256
/** Silence after which a packet is asked for again, how often [SL 651-2014 6.3.1.2 c], and when the rest is given up. */
const stalledMs = 10_000
const mostRepeats = 2
const patienceMs = 60_000

interface Group {
  readonly first: Sl651Frame
  readonly total: number
  readonly bodies: Map<number, Buffer>
  bytes: number
  heardAt: EpochMs
  /** Repeats asked for since a packet came. */
  repeats: number
}

/** A packet to ask for again. */
export interface MissingPacket {
  /** Any packet of the body, for the address of the question. */
  readonly frame: Sl651Frame
  readonly total: number
  readonly number: number
  /** Body of the first packet, which holds the serial number. */
  readonly head: Buffer | undefined
}

/** What a packet came to: the whole body; a packet to ask for again; or nothing yet. */
export interface Joined {
  readonly whole?: Sl651Frame
  readonly missing?: MissingPacket
}

/** Joins the packets (SYN) of one body. Only the last one, or one sent again, asks for an answer [SL 651-2014 6.3.1.2 c]. */
export class PacketJoiner {
  readonly #groups = new Map<string, Group>()

  add(frame: Sl651Frame, packet: NonNullable<Sl651Frame['packet']>, now: EpochMs): Joined {
    const group = this.#groupOf(frame, packet, now)
    const before = group.bodies.get(packet.number)
    group.bytes += frame.body.length - (before?.length ?? -entryBytes)
    group.bodies.set(packet.number, copyOf(frame.body))
    group.heardAt = now
    group.repeats = 0
    if (group.bytes > mostBytes) {
      this.#groups.delete(nameOf(frame, packet.total))
      return {}
    }
    if (group.bodies.size === group.total) {
      this.#groups.delete(nameOf(frame, packet.total))
      const bodies = [...group.bodies].sort(([a], [b]) => a - b).map(([, body]) => body)
      return { whole: { ...frame, packet: { total: group.total, number: group.total }, body: Buffer.concat(bodies) } }
    }
    return frame.end === 'ETB' ? {} : { missing: missingOf(group) }
  }

  #groupOf(frame: Sl651Frame, { total, number }: { total: number; number: number }, now: EpochMs): Group {
    const name = nameOf(frame, total)
    const known = this.#groups.get(name)
    const before = known?.bodies.get(number)
    // The same number with other content begins the next body.
    if (known && (!before || before.equals(frame.body))) return known
    const group = { first: frame, total, bodies: new Map<number, Buffer>(), bytes: 0, heardAt: now, repeats: 0 }
    this.#groups.delete(name)
    this.#groups.set(name, group)
    const oldest = this.#groups.size > mostGroups ? this.#groups.keys().next().value : undefined
    if (oldest !== undefined) this.#groups.delete(oldest)
    return group
  }

  /** Packets to ask for because nothing has come for a while. */
  stalled(now: EpochMs): MissingPacket[] {
    return [...this.#groups.values()].flatMap((group) => {
      if (group.repeats >= mostRepeats || now - group.heardAt < stalledMs * (group.repeats + 1)) return []
      group.repeats++
      return [missingOf(group)]
    })
  }

  /** Bodies given up. */
  expired(now: EpochMs): FrameFault[] {
    return [...this.#groups].flatMap(([name, group]) => {
      if (now - group.heardAt < patienceMs) return []
      this.#groups.delete(name)
      const detail = `${group.bodies.size} of ${group.total} packets of station ${group.first.station} came`
      return [{ check: 'length' as const, byte: 14, detail }]
    })
  }
}

/** With memory of its own: a part of a chunk or of a pool would keep the whole of it. */
const copyOf = (body: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(body.length)
  body.copy(copy)
  return copy
}

const nameOf = (frame: Sl651Frame, total: number): string => `${frame.station} ${frame.function} ${total}`

function missingOf({ first, bodies, total }: Group): MissingPacket {
  let number = 1
  while (number < total && bodies.has(number)) number++
  return { frame: first, total, number, head: bodies.get(1) }
}
