import type { Clock } from '@civitals/contracts/clock'
import type { Command } from '@civitals/contracts/command'

/** The first question is asked at once; the next one after so long, then twice as long each time. */
const firstPauseMs = 60_000
const longestPauseMs = 3_600_000
/** Hashes remembered of one gateway: one that names a new one in every envelope is asked no more often than this allows. */
const mostAsked = 16

interface Asked {
  nextAt: number
  pauseMs: number
}

/**
 * Asks gateways for configurations their readings were read with and the centre lacks: damaged on the way, or heard by nobody. A gateway that is away hears
 * nothing and tells by itself when it comes; one that has forgotten it tells what it has, and the readings wait on.
 */
export class ConfigurationAsker {
  readonly #clock: Clock
  readonly #command: (gateway: string, payload: Uint8Array) => void
  readonly #gateways = new Map<string, Map<string, Asked>>()

  constructor(clock: Clock, command: (gateway: string, payload: Uint8Array) => void) {
    this.#clock = clock
    this.#command = command
  }

  /** Readings of this configuration were set aside. */
  missing(gateway: string, config: string): void {
    const now = this.#clock.mono()
    const asked = this.#gateways.get(gateway) ?? new Map<string, Asked>()
    this.#gateways.set(gateway, asked)
    const before = asked.get(config)
    if (before && now < before.nextAt) return
    if (!before && asked.size >= mostAsked) forgetDue(asked, now)
    if (!before && asked.size >= mostAsked) return
    const pauseMs = before ? Math.min(2 * before.pauseMs, longestPauseMs) : firstPauseMs
    asked.set(config, { nextAt: now + pauseMs, pauseMs })
    const command: Command = { id: 'configuration', kind: 'configuration' }
    this.#command(gateway, new TextEncoder().encode(JSON.stringify(command)))
  }
}

/** Those that have not been missing since, or might be asked for again. */
function forgetDue(asked: Map<string, Asked>, now: number): void {
  for (const [config, { nextAt }] of asked) if (nextAt <= now) asked.delete(config)
}
