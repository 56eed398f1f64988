import type { BadQuality } from '@civitals/firmware-bridge/driver'
import type { KeptClass } from '@civitals/firmware-bridge/profile'
import { readingClasses } from '../spool/spool.ts'
import { type EdgeLimits, EdgeWatch } from './edge-alarm.ts'

/** When a point is told and what makes it urgent. */
export interface PointPolicy {
  /** Of class alarm: a change must not wait for company. */
  readonly alarm: boolean
  readonly keep: KeptClass
  /** Changes up to this are none, in the unit of the point. */
  readonly deadband: number
  /** Longest time between two reports, ms. */
  readonly heartbeatMs: number
  /** Fastest believable change, per second. */
  readonly maxRate?: number
  readonly edge?: EdgeLimits
}

const alarmRank = readingClasses.indexOf('alarm')

// Polls come some milliseconds late; a heartbeat is not worth a poll earlier for them.
const heartbeatSlackMs = 100

/**
 * What was last told of one point, and what a new value or a failure adds. The answer stands in the fields until the next call: 100,000
 * points a second pass here, and an object each would cost more than the judgement.
 */
export class PointWatch {
  /** Worth a sample on a link paid by volume. */
  news = false
  /** Must not wait for company. */
  urgent = false
  /** Place among the classes when it is not urgent. */
  readonly keptRank: number
  /** `uncertain` when the value changed faster than is believable; undefined for a good value. */
  quality: BadQuality | undefined
  readonly #policy: PointPolicy
  readonly #edge: EdgeWatch | undefined
  #sent: number | undefined
  #sentQuality: BadQuality | undefined
  #sentAt = Number.NEGATIVE_INFINITY
  /** Value of the last urgent report: slow drift adds up to a change. */
  #told: number | undefined
  #last: number | undefined
  #lastAt = 0
  #seenAt = 0

  constructor(policy: PointPolicy) {
    this.#policy = policy
    this.keptRank = readingClasses.indexOf(policy.keep)
    this.#edge = policy.edge && new EdgeWatch(policy.edge)
  }

  /** Place of what was told last among the classes. */
  get rank(): number {
    return this.urgent ? alarmRank : this.keptRank
  }

  /** A value came at monotonic ms `mono`, with what the terminal says of it. */
  value(value: number, given: BadQuality | undefined, mono: number): void {
    const { alarm, deadband } = this.#policy
    const due = this.#heartbeatDue(mono)
    this.quality = given ?? (this.#tooFast(value, mono) ? 'uncertain' : undefined)
    const crossed = this.#edge?.crosses(value) ?? false
    // The first value and the first after a failure are news.
    const regained = this.#sent === undefined
    const changed = this.#told === undefined || beyond(value - this.#told, deadband)
    this.urgent = crossed || (alarm && (regained || (this.#edge === undefined && changed)))
    if (this.urgent) this.#told = value
    this.news =
      this.urgent ||
      regained ||
      this.quality !== this.#sentQuality ||
      beyond(value - (this.#sent ?? value), deadband) ||
      due
    if (!this.news) return
    this.#sent = value
    this.#sentQuality = this.quality
    this.#sentAt = mono
  }

  /** There is no value, and why. Told when it is new, then once a heartbeat. */
  missing(why: BadQuality, mono: number): void {
    const due = this.#heartbeatDue(mono)
    const fresh = this.#sent !== undefined || this.#sentQuality !== why
    this.quality = why
    this.urgent = fresh && this.#policy.alarm
    this.news = fresh || due
    if (!this.news) return
    this.#sent = undefined
    this.#sentQuality = why
    this.#sentAt = mono
  }

  #tooFast(value: number, mono: number): boolean {
    const { maxRate } = this.#policy
    if (maxRate === undefined) return false
    const seconds = (mono - this.#lastAt) / 1000
    const fast = this.#last !== undefined && seconds > 0 && Math.abs(value - this.#last) > maxRate * seconds
    this.#last = value
    this.#lastAt = mono
    return fast
  }

  /** Also when it would be overdue by the next poll, going by the time since the last one. */
  #heartbeatDue(mono: number): boolean {
    const interval = mono - this.#seenAt
    this.#seenAt = mono
    return mono - this.#sentAt + interval > this.#policy.heartbeatMs + heartbeatSlackMs
  }
}

/** Differences of decimals carry binary dust: 0.3 - 0.2 is no more than 0.1. */
const beyond = (difference: number, deadband: number): boolean => Math.abs(difference) > deadband * (1 + 1e-9)
