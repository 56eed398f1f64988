// The centre of a miniature: the real ingest and the real alarms, over stores that crash with it.
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import type { City, Terminal } from '@civitals/contracts/registry'
import { type Ingest, openIngest } from '@civitals/ingest/ingest'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry } from '@civitals/ingest/registry'
import { deskMigrations, dispatch, journalStep, latenessMs, onTransition, rules } from './desk.ts'
import type { Network } from './network.ts'
import { clockOf, Life, type Schedule } from './schedule.ts'
import { type SeriesDisk, SeriesTwin } from './series-disk.ts'
import { type StateDisk, type StateFaults, StateTwin } from './state-disk.ts'

/** Schema of everything in the state store of a miniature. */
export const migrations = [...ingestMigrations, ...alarmMigrations, ...deskMigrations]

/** What may wait in memory: little, so that gateways are held. */
export const queueBounds = { bytes: 4_000, deliveries: 12 } as const

/** Few readings, so that settlements often run beside each other. */
const smallSettlement = 4

export interface CentreParts {
  readonly schedule: Schedule
  readonly network: Network
  readonly series: SeriesDisk
  readonly state: StateDisk
  readonly city: City
  readonly receive: (webhook: string) => void
  readonly onTrouble: (what: string) => void
}

export class Centre {
  readonly faults: StateFaults = { down: false, unheardCommits: 0 }
  readonly #parts: CentreParts
  #life: Life | undefined
  #ingest: Ingest | undefined
  #starts = 0

  constructor(parts: CentreParts) {
    this.#parts = parts
  }

  get up(): boolean {
    return this.#life !== undefined
  }

  /** Undefined while it is down or still starting. */
  get ingest(): Ingest | undefined {
    return this.#ingest
  }

  start(): void {
    const life = new Life(this.#parts.schedule, `centre${++this.#starts}`)
    this.#life = life
    this.#open(life).catch((error: unknown) => {
      if (!life.alive) return
      // A store was away: the process ends and is started again by its supervisor.
      life.end()
      this.#parts.state.kill()
      this.#parts.schedule.at(1_000, 'supervisor', () => {
        if (this.#life === life) this.start()
      })
      if (!this.faults.down) this.#parts.onTrouble(`the centre does not start: ${String(error)}`)
    })
  }

  /** kill -9 of the centre with its embedded stores; with `power` the whole machine. */
  kill(power: boolean): void {
    const { network, series, state, schedule } = this.#parts
    this.#life?.end()
    this.#life = undefined
    this.#ingest = undefined
    network.centreGone(power)
    series.crash(schedule.random)
    if (power) state.powerCut(schedule.random)
    else state.kill()
  }

  async #open(life: Life): Promise<void> {
    const { network, city, receive, onTrouble } = this.#parts
    const clock = clockOf(life)
    const state = new StateTwin(this.#parts.state, life, this.faults)
    const series = new SeriesTwin(this.#parts.series, life)
    const registry = await openRegistry(state)
    if (registry.gateways().length === 0) await registry.apply(city)
    const alarms = await openAlarms({ state, registry, clock, onTransition, rules, latenessMs })
    const logger = {
      warn: () => undefined,
      error: (fields: object, message: string) => onTrouble(`${message}: ${String((fields as { err?: unknown }).err)}`),
    }
    const ingest = await openIngest({
      ...{ state, series, clock, registry, logger, queue: queueBounds, smallSettlement },
      steps: [journalStep(life.name), alarms.step],
      listen: { host: '', port: 0 },
      random: () => 1,
      openIntake: network.listen(life),
    })
    if (!life.alive) return
    this.#ingest = ingest
    dispatch(life, state, receive)
  }

  register(terminal: Terminal): void {
    // Refused while a store is away; whoever registers tries again.
    this.#ingest?.registerTerminal(terminal).catch(() => undefined)
  }
}
