import type { EpochMs } from '@civitals/contracts/clock'
import type { BadQuality, TerminalReading } from '@civitals/firmware-bridge/driver'
import type { Profile } from '@civitals/firmware-bridge/profile'

/** What of a poll is worth a sample. */
export interface PollReport {
  readonly at: EpochMs
  readonly values: Readonly<Record<string, number>>
  readonly quality: Readonly<Record<string, BadQuality>>
  /** An alarm-class point has a new value or quality: it must not wait for company. */
  readonly urgent: boolean
}

/**
 * Turns the polls of one terminal into reports: every value, but a missing one only when that is news and then once per
 * `reportEvery` of the profile, so that a dead terminal does not fill the link.
 */
export class TerminalReporter {
  readonly #alarmPoints: ReadonlySet<string>
  readonly #reportEveryMs: number
  readonly #last = new Map<string, number | BadQuality>()
  readonly #badReportedAt = new Map<string, number>()

  constructor(profile: Profile, reportEveryMs: number) {
    this.#alarmPoints = new Set(profile.points.filter((point) => point.class === 'alarm').map((point) => point.id))
    this.#reportEveryMs = reportEveryMs
  }

  /** `now`: wall time for a sample nothing arrived for; `mono`: for the period of bad reports. Undefined: nothing to say. */
  report(reading: TerminalReading, now: EpochMs, mono: number): PollReport | undefined {
    const quality: Record<string, BadQuality> = {}
    let urgent = false
    for (const [point, why] of Object.entries(reading.quality)) {
      const news = this.#news(point, why)
      if (!news && mono - (this.#badReportedAt.get(point) ?? 0) < this.#reportEveryMs) continue
      this.#badReportedAt.set(point, mono)
      quality[point] = why
      urgent ||= news && this.#alarmPoints.has(point)
    }
    let values = 0
    for (const [point, value] of Object.entries(reading.values)) {
      values++
      const news = this.#news(point, value)
      urgent ||= news && this.#alarmPoints.has(point)
    }
    if (values === 0 && Object.keys(quality).length === 0) return undefined
    return { at: reading.at ?? now, values: reading.values, quality, urgent }
  }

  #news(point: string, state: number | BadQuality): boolean {
    const news = this.#last.get(point) !== state
    this.#last.set(point, state)
    return news
  }
}
