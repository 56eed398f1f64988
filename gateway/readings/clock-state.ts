import type { EpochMs } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'

/** What a machine says of its clock. */
export interface ClockEvidence {
  /** Word of a time service (timesyncd, chrony, ntpd): `none` where there is none, or it cannot be asked. */
  readonly service: 'synced' | 'unsynced' | 'none'
  /** The kernel set its clock from a clock with a battery when it started. */
  readonly batteryClock: boolean
}

export const noEvidence: ClockEvidence = { service: 'none', batteryClock: false }

// A box without a battery for its clock wakes up in 1970 or at the date its image was made.
export const earliestBelievable: EpochMs = Date.UTC(2025, 0, 1)
/** A crystal of 100 ppm is off by 0.1 s in this time: until then a source that is lost makes no difference. */
export const holdoverAfterMs = 15 * 60_000

/**
 * How far the wall clock may be trusted, from what the machine says over time. Where no time service can be asked it is believed
 * unless it stands before 2025.
 */
export class ClockJudge {
  #evidence = noEvidence
  #syncedAt: number | undefined

  /** New evidence at monotonic `mono`. */
  learn(evidence: ClockEvidence, mono: number): void {
    this.#evidence = evidence
    if (evidence.service === 'synced') this.#syncedAt = mono
  }

  /** A time service called the clock right at monotonic `mono` or later, and nothing has been heard against it since. */
  vouchedSince(mono: number): boolean {
    return this.#evidence.service === 'synced' && this.#syncedAt !== undefined && this.#syncedAt >= mono
  }

  state(now: EpochMs, mono: number): ClockState {
    const { service, batteryClock } = this.#evidence
    if (now < earliestBelievable) return 'unsynced'
    if (service !== 'unsynced') return 'synced'
    if (this.#syncedAt !== undefined) return mono - this.#syncedAt < holdoverAfterMs ? 'synced' : 'holdover'
    return batteryClock ? 'holdover' : 'unsynced'
  }
}

/** A service that has heard of no source for so long has lost it; timesyncd asks every 34 minutes at most, chrony every 17 by default. */
const lostAfterMs = 2 * 3_600_000

/** timesyncd touches a file whenever it has heard from its server [systemd-timesyncd.service(8), /run/systemd/timesync/synchronized]. */
export function ofTimesyncd(touchedAt: EpochMs | undefined, now: EpochMs): ClockEvidence['service'] {
  return touchedAt !== undefined && now - touchedAt < lostAfterMs ? 'synced' : 'unsynced'
}

/**
 * `chronyc -c tracking`: one line of 14 fields [chronyc(1)]; the fourth is when it last heard from its source (seconds since 1970), the last
 * `Normal`, `Insert second`, `Delete second` or `Not synchronised`. Undefined when it is none.
 */
export function ofChrony(output: string, now: EpochMs): ClockEvidence['service'] | undefined {
  const fields = output.trim().split(',')
  const heardAt = Number(fields[3]) * 1000
  if (fields.length < 14 || !Number.isFinite(heardAt)) return undefined
  return fields.at(-1) !== 'Not synchronised' && now - heardAt < lostAfterMs ? 'synced' : 'unsynced'
}

/** `timedatectl show`: `NTP=yes` when a service is enabled, `NTPSynchronized=yes` when the kernel calls its clock synchronised. */
export function ofTimedatectl(output: string): ClockEvidence['service'] | undefined {
  const said = new Map(output.split('\n').map((line) => line.trim().split('=') as [string, string | undefined]))
  const synchronized = said.get('NTPSynchronized')
  if (synchronized === undefined) return undefined
  if (synchronized === 'yes') return 'synced'
  return said.get('NTP') === 'yes' ? 'unsynced' : 'none'
}

/** `ntpq -c rv`: begins with the status words, `leap_alarm` or `sync_unspec` while not synchronised. */
export function ofNtpq(output: string): ClockEvidence['service'] | undefined {
  if (!output.includes('leap_')) return undefined
  return /leap_alarm|sync_unspec/.test(output) ? 'unsynced' : 'synced'
}
