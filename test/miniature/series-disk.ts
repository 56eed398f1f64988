// Twin of the series engines that tells written from committed.
import { CivitalsError } from '@civitals/contracts/errors'
import { type SeriesId, seriesId } from '@civitals/contracts/ids'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import type { WriteOutcome } from '@civitals/storage/series'
import { MemorySeries } from '@civitals/storage/series-memory'
import { splitRefused, tooOld } from '../../storage/series/refusal.ts'
import { clockOf, type Life, type Random } from './schedule.ts'

/** A value the engine refuses for good, whatever is tried. */
export const poison = -666

const longestStepMs = 15

/** What is committed, by envelope as DuckDB keeps it and by series as they are read, and what is only written. */
export class SeriesDisk {
  readonly contents = new Map<SeriesId, Map<number, Reading>>()
  readonly byEnvelope = new Map<string, readonly Reading[]>()
  /** While set, writes fail. */
  down = false
  /** Readings older than this are not kept. */
  readonly keptMs: number
  readonly #image = new MemorySeries({ contents: this.contents })
  readonly #written = new Set<SettlementBatch>()

  constructor(keptMs: number) {
    this.keptMs = keptMs
  }

  begin(batch: SettlementBatch): void {
    this.#written.add(batch)
  }

  commit(batch: SettlementBatch): void {
    if (!this.#written.delete(batch)) throw unavailable('it died meanwhile')
    this.#apply(batch.envelopes)
  }

  /** The engine or its process dies: of what was written and not committed any part may be there. */
  crash(random: Random): void {
    for (const batch of this.#written) this.applyPart(batch, random)
    this.#written.clear()
  }

  applyPart(batch: SettlementBatch, random: Random): void {
    this.#apply(batch.envelopes.filter(() => random.chance(0.5)))
  }

  /** Of a time whose readings are not kept any more nothing stays, be it of an attempt nobody settled. */
  expire(readings: readonly Reading[]): void {
    this.#remove(readings)
    for (const { terminal, point, at } of readings) {
      const id = seriesId(terminal, point)
      const byTime = this.contents.get(id)
      byTime?.delete(at)
      if (byTime?.size === 0) this.contents.delete(id)
    }
  }

  #apply(envelopes: readonly SettledEnvelope[]): void {
    for (const { gateway, spool, seq, readings, replaces } of envelopes) {
      const key = `${gateway}/${spool}/${seq}`
      if (replaces || this.byEnvelope.has(key)) this.#remove(readings)
      this.byEnvelope.set(key, [...(this.byEnvelope.get(key) ?? []), ...readings])
    }
    void this.#image.write({ envelopes, receivedAt: 0 })
  }

  /** What stands at the same series and time, whichever envelope brought it; the rest of that one stays. */
  #remove(replaced: readonly Reading[]): void {
    const places = new Set(replaced.map(placeOf))
    for (const [key, readings] of this.byEnvelope) {
      const kept = readings.filter((reading) => !places.has(placeOf(reading)))
      if (kept.length < readings.length) this.byEnvelope.set(key, kept)
    }
  }
}

const placeOf = ({ terminal, point, at }: Reading): string => `${terminal}/${point}/${at}`

const unavailable = (why: string): CivitalsError =>
  new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', why, { retryable: true })

/** The series store of one process. */
export class SeriesTwin extends MemorySeries {
  readonly #disk: SeriesDisk
  readonly #life: Life

  constructor(disk: SeriesDisk, life: Life) {
    super({ contents: disk.contents })
    this.#disk = disk
    this.#life = life
  }

  override async write(batch: SettlementBatch): Promise<WriteOutcome> {
    const { random } = this.#life.schedule
    const step = (label: string, work: () => void): Promise<void> =>
      this.#life.later(random.between(0, longestStepMs), `series ${label}`, work)
    const keptFrom = clockOf(this.#life).now() - this.#disk.keptMs
    const refusalOf = ({ at, value }: Reading) =>
      at < keptFrom ? tooOld : value === poison ? { reason: 'poison' } : undefined
    const { envelopes, refused } = splitRefused(batch, refusalOf)
    const taken = { ...batch, envelopes }
    await step('write', () => {
      if (this.#disk.down) {
        this.#disk.applyPart(taken, random)
        throw unavailable('out of reach')
      }
      this.#disk.begin(taken)
    })
    await step('commit', () => {
      this.#disk.commit(taken)
      this.#disk.expire(refused.flatMap(({ tooOld, reading }) => (tooOld ? reading : [])))
    })
    await step('answer', () => undefined)
    return { refused }
  }
}
