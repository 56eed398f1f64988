import type { EpochMs } from '@civitals/contracts/clock'
import type { Hj212Frame } from './frame.ts'

/** Beyond these a station that never finishes would fill the memory. */
const mostGroups = 16
const mostPackets = 64
const patienceMs = 30_000

interface Group {
  readonly packets: Map<number, Hj212Frame>
  readonly total: number
  readonly since: EpochMs
}

/**
 * Joins the packets (PNUM, PNO) of one upload [HJ 212-2017 C.49]. Each has a QN of its own, so they belong together by MN, CN and
 * number of packets. Packets are whole in themselves: what is still incomplete after 30 s, or is pushed out, is given as it is.
 */
export class PacketJoiner {
  readonly #groups = new Map<string, Group>()

  add(frame: Hj212Frame, now: EpochMs): readonly Hj212Frame[] {
    const ready = this.expired(now)
    const { packet } = frame
    if (!packet || packet.total === 1 || packet.total > mostPackets) return [...ready, frame]
    const name = `${frame.mn} ${frame.cn} ${packet.total}`
    let group = this.#groups.get(name)
    // A number that has come before begins the next upload, unless it is the same packet sent again.
    const before = group?.packets.get(packet.number)
    if (group && before && before.qn !== frame.qn) {
      this.#groups.delete(name)
      ready.push(joined(group))
      group = undefined
    }
    if (!group) {
      group = { packets: new Map(), total: packet.total, since: now }
      this.#groups.set(name, group)
    }
    group.packets.set(packet.number, frame)
    if (group.packets.size === group.total) {
      this.#groups.delete(name)
      ready.push(joined(group))
    }
    const oldest = this.#groups.size > mostGroups ? this.#groups.entries().next().value : undefined
    if (oldest) {
      this.#groups.delete(oldest[0])
      ready.push(joined(oldest[1]))
    }
    return ready
  }

  /** What has waited long enough. */
  expired(now: EpochMs): Hj212Frame[] {
    const late = [...this.#groups].filter(([, group]) => now - group.since >= patienceMs)
    for (const [name] of late) this.#groups.delete(name)
    return late.map(([, group]) => joined(group))
  }
}

function joined({ packets }: Group): Hj212Frame {
  const inOrder = [...packets.values()].sort((a, b) => (a.packet?.number ?? 0) - (b.packet?.number ?? 0))
  const { packet: _, ...first } = inOrder[0] as Hj212Frame
  return { ...first, groups: inOrder.flatMap((frame) => frame.groups) }
}
