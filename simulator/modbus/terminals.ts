import type { Clock } from '@civitals/contracts/clock'
import type { Profile, ProfilePoint } from '@civitals/firmware-bridge/profile'
import type { Disturbances } from '../scenario/faults.ts'
import type { World } from '../world/world.ts'
import { answer } from './answer.ts'
import { type RegisterMap, registerMap } from './image.ts'

/** What a terminal does with a request; undefined reply: it stays silent. */
export interface TerminalReply {
  readonly pdu: Uint8Array
  /** The reply is to be spoilt on its way. */
  readonly spoilt: boolean
  /** Beyond the usual time, ms. */
  readonly lateMs: number
}

/** The terminals of one line by their unit id. */
export interface TerminalsOfLine {
  has(unit: number): boolean
  /** Registers are computed now, for the points that are asked for, and for nothing else. */
  ask(unit: number, pdu: Uint8Array): TerminalReply | undefined
}

export interface WiredTerminal {
  readonly id: string
  readonly unit: number
  readonly profile: Profile
}

export function terminalsOfLine(
  wired: readonly WiredTerminal[],
  world: World,
  disturbances: Disturbances,
  clock: Clock,
): TerminalsOfLine {
  const units = new Map<number, WiredTerminal & { map: RegisterMap; points: ReadonlyMap<string, ProfilePoint> }>(
    wired.map((one) => [
      one.unit,
      {
        ...one,
        map: registerMap(one.profile.points),
        points: new Map(one.profile.points.map((point) => [point.id, point])),
      },
    ]),
  )
  return {
    has: (unit) => units.has(unit),
    ask(unit, pdu) {
      const terminal = units.get(unit)
      const at = clock.now()
      const behaviour = terminal && disturbances.behaviour(terminal.id, at)
      if (!terminal || !behaviour || behaviour.silent) return undefined
      const sample = world.sample(terminal.id, at)
      const shown = (id: string): number => {
        const point = terminal.points.get(id)
        if (point && disturbances.spiking(terminal.id, id, at)) return spikeOf(point)
        return disturbances.pinned(terminal.id, id) ?? sample?.values[id] ?? 0
      }
      return { pdu: answer(terminal.map, pdu, shown), spoilt: behaviour.badCrc, lateMs: behaviour.lateMs }
    },
  }
}

/** Far out but possible: nine tenths of the way up the range. */
const spikeOf = ({ range: [low, high] }: ProfilePoint): number => low + 0.9 * (high - low)
