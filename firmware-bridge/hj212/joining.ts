import type { EpochMs } from '@civitals/contracts/clock'
import type { Hj212Frame } from './frame.ts'

/** Beyond these a station that never finishes would fill the memory. */
const mostGroups = 16
const mostPackets = 64
/** Of all groups together. What a field takes in memory beside its characters: on the wire it may have four. */
const mostBytes = 2 * 1024 * 1024
const fieldBytes = 150
const patienceMs = 30_000

interface Group {
  readonly packets: Map<number, Hj212Frame>
  readonly total: number
  bytes: number
  readonly since: EpochMs
}

/**
 * Joins the packets (PNUM, PNO) of one upload [HJ 212-2017 C.49]. Each has a QN of its own, so they belong together by MN, CN and
 * number of packets. Packets are whole in themselves: what is still incomplete after 30 s, or is pushed out because others need the
 * room, is given as it is.
 */
export class PacketJoiner {
  readonly #groups = new Map<string, Group>()
  /** Bytes kept in groups that are not whole. */
  #held = 0

  add(frame: Hj212Frame, now: EpochMs): readonly Hj212Frame[] {
    const ready = this.expired(now)
    const { packet } = frame
    if (!packet || packet.total === 1 || packet.total > mostPackets) return [...ready, frame]
    const name = `${frame.mn} ${frame.cn} ${packet.total}`
    let group = this.#groups.get(name)
    // A number that has come before begins the next upload, unless it is the same packet sent again.
    const before = group?.packets.get(packet.number)
    if (group && before && before.qn !== frame.qn) {
      ready.push(this.#end(name, group))
      group = undefined
    }
    if (!group) {
      group = { packets: new Map(), total: packet.total, bytes: 0, since: now }
      this.#groups.set(name, group)
    }
    if (!group.packets.has(packet.number)) this.#keep(group, frame, packet.number)
    if (group.packets.size === group.total) ready.push(this.#end(name, group))
    for (const [oldest, crowding] of this.#groups) {
      if (this.#groups.size <= mostGroups && this.#held <= mostBytes) break
      ready.push(this.#end(oldest, crowding))
    }
    return ready
  }

  #keep(group: Group, frame: Hj212Frame, number: number): void {
    const bytes = bytesOf(frame)
    group.packets.set(number, frame)
    group.bytes += bytes
    this.#held += bytes
  }

  #end(name: string, group: Group): Hj212Frame {
    this.#groups.delete(name)
    this.#held -= group.bytes
    return joined(group)
  }

  /** What has waited long enough. */
  expired(now: EpochMs): Hj212Frame[] {
    const late = [...this.#groups].filter(([, group]) => now - group.since >= patienceMs)
    return late.map(([name, group]) => this.#end(name, group))
  }
}

const bytesOf = ({ groups }: Hj212Frame): number =>
  groups.flat().reduce((sum, [name, value]) => sum + fieldBytes + name.length + value.length, 0)

function joined({ packets }: Group): Hj212Frame {
  const inOrder = [...packets.values()].sort((a, b) => (a.packet?.number ?? 0) - (b.packet?.number ?? 0))
  const { packet: _, ...first } = inOrder[0] as Hj212Frame
  return { ...first, groups: inOrder.flatMap((frame) => frame.groups) }
}
