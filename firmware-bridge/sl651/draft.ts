import type { EpochMs } from '@civitals/contracts/clock'
import type { Observation, Series, Sl651Body } from './body.ts'

interface OpenSection {
  station?: string
  stationClass?: number
  at?: EpochMs
  readonly observations: Observation[]
  readonly series: Series[]
}

/** A body while it is read: what comes belongs to the station and the time named last. */
export class BodyDraft {
  readonly #sections: OpenSection[] = []
  readonly parameters: Observation[] = []
  readonly texts: Record<string, string> = {}
  readonly asked: string[] = []
  readonly more: { state?: number; picture?: Buffer; events?: number[]; switches?: boolean[] } = {}
  /** Minutes between the values of a series, where the body says so. */
  stepMinutes: number | undefined

  station(station: string, stationClass: number | undefined): void {
    this.#sections.push({
      station,
      ...(stationClass === undefined ? {} : { stationClass }),
      observations: [],
      series: [],
    })
  }

  observedAt(at: EpochMs): void {
    const last = this.#section()
    if (last.at === undefined && last.observations.length + last.series.length === 0) last.at = at
    else {
      const { station, stationClass } = last
      this.#sections.push({
        ...(station === undefined ? {} : { station }),
        ...(stationClass === undefined ? {} : { stationClass }),
        at,
        observations: [],
        series: [],
      })
    }
  }

  observe(id: string, value: number | undefined): void {
    this.#section().observations.push(value === undefined ? { id } : { id, value })
  }

  series(id: string, values: readonly (number | null)[], fallbackMinutes: number): void {
    this.#section().series.push({ id, values, stepMinutes: this.stepMinutes || fallbackMinutes })
  }

  #section(): OpenSection {
    const last = this.#sections.at(-1)
    if (last) return last
    const first: OpenSection = { observations: [], series: [] }
    this.#sections.push(first)
    return first
  }

  done(serial: number, sentAt: EpochMs | undefined): Sl651Body {
    const { parameters, texts, asked, more } = this
    const sections = this.#sections
    return { serial, ...(sentAt === undefined ? {} : { sentAt }), sections, parameters, texts, asked, ...more }
  }
}
