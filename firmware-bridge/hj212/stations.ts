import { MissingTrack } from './missing.ts'

/** Stations beyond this number on one memory: the longest silent is forgotten. */
const mostStations = 512

/** Commands whose periods are asked for again: minutes and hours. */
export const periodCommands = ['2051', '2061'] as const
export type PeriodCommand = (typeof periodCommands)[number]

/** What is known of one station: what a request to it needs as it last gave it, and which of its periods have come. */
export interface Station {
  st: string
  password: string | undefined
  /** Edition of the standard, as bits 2-7 of Flag have it. */
  edition: number
  readonly periods: Readonly<Record<PeriodCommand, MissingTrack>>
  /** The last request of each kind. */
  readonly asked: Partial<Record<PeriodCommand, AskedStation>>
  /** The session that heard it last: only there it can be asked. An older connection may hang, which nobody is told. */
  heardBy?: object
}

export interface AskedStation {
  readonly qn: string
  /** It has said something since. */
  readonly heardSince: boolean
}

/** Notes that a session heard it. What was asked of it on another connection is not answered any more, and counts as not asked. */
export function heardOn(station: Station, session: object): void {
  const moved = station.heardBy !== undefined && station.heardBy !== session
  station.heardBy = session
  for (const cn of periodCommands) {
    const asked = station.asked[cn]
    if (!asked) continue
    station.asked[cn] = { ...asked, heardSince: true }
    if (moved) station.periods[cn].interrupted()
  }
}

/** What has been heard of each station (MN). Give the same one to each connection, so that a lost connection leaves no gap. */
export class Hj212Memory {
  readonly #stations = new Map<string, Station>()

  /** The station, a new one when it was never heard. `minuteInterval`: minutes of its minute data, where known. */
  station(mn: string, minuteInterval?: number): Station {
    const station = this.#stations.get(mn) ?? {
      st: '',
      password: undefined,
      edition: 1,
      periods: {
        2051: new MissingTrack(minuteInterval === undefined ? undefined : minuteInterval * 60_000),
        2061: new MissingTrack(3_600_000),
      },
      asked: {},
    }
    this.#stations.delete(mn)
    this.#stations.set(mn, station)
    const oldest = this.#stations.size > mostStations ? this.#stations.keys().next().value : undefined
    if (oldest !== undefined) this.#stations.delete(oldest)
    return station
  }

  get(mn: string): Station | undefined {
    return this.#stations.get(mn)
  }
}
