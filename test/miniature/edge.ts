// One edge box of a miniature: a machine with a disk and a clock, on which the gateway's real stages live and die.
import type { Clock } from '@civitals/contracts/clock'
import type { Configuration } from '@civitals/contracts/configuration'
import { configurationHash, encodeConfigurations } from '@civitals/contracts/encode-configuration'
import type { Sample } from '@civitals/contracts/envelope'
import { Batcher } from '../../gateway/readings/batcher.ts'
import { TimeKeeper } from '../../gateway/readings/time-keeper.ts'
import type { ReadingClass, Spool, SpoolLimits, SpoolRow } from '../../gateway/spool/spool.ts'
import { statusOf } from '../../gateway/status.ts'
import { Uplink } from '../../gateway/uplink/uplink.ts'
import type { Network } from './network.ts'
import { beginning, clockOf, Life, type Schedule } from './schedule.ts'
import { openSpoolTwin, SpoolDisk } from './spool-disk.ts'

export interface EdgeParts {
  readonly id: string
  readonly terminals: readonly string[]
  readonly schedule: Schedule
  readonly network: Network
  readonly limits: SpoolLimits
  readonly lingerMs: number
  readonly statusEveryMs: number
  /** Rows of a commit the gateway was told of: from now on they are produced. */
  readonly onProduced: (gateway: string, rows: readonly SpoolRow[]) => void
}

interface Running {
  readonly life: Life
  readonly batcher: Batcher
  readonly uplink: Uplink
  readonly spool: Spool
  readonly time: TimeKeeper
  readonly now: () => number
}

const restartMs = 2_000

const step = (unit: string): [string, number] => [unit, 0.01]

/** Points of one sample. */
export type Values = Readonly<Record<string, number>>

export class Edge {
  readonly id: string
  readonly terminals: readonly string[]
  readonly disk: SpoolDisk = new SpoolDisk()
  readonly #parts: EdgeParts
  #running: Running | undefined
  /** How far the machine's wall clock is off. */
  #offsetMs = 0
  #boots = 0
  /** Beside the spool and flushed before a sample is taken with it; newest first. */
  #told: readonly Configuration[]

  constructor(parts: EdgeParts) {
    this.#parts = parts
    this.id = parts.id
    this.terminals = parts.terminals
    this.#told = [this.#configuration(1)]
  }

  get up(): boolean {
    return this.#running !== undefined
  }

  /** Its machine does not know the time now. */
  get unsynced(): boolean {
    return this.#running?.time.state() === 'unsynced'
  }

  get spool(): Spool | undefined {
    return this.#running?.spool
  }

  get inFlight(): number {
    return this.#running?.uplink.inFlight ?? 0
  }

  /** `clockLost`: the box has no battery for its clock and wakes up in 1970. */
  start(clockLost: boolean): void {
    const { schedule, network, lingerMs, statusEveryMs, onProduced } = this.#parts
    const boot = `${this.id}-boot${++this.#boots}`
    if (clockLost) this.#offsetMs = -beginning - schedule.now
    const life = new Life(schedule, boot)
    const clock = clockOf(life, () => this.#offsetMs)
    const spool = this.#openSpool(life, clock)
    if (!spool) return
    const time = new TimeKeeper(clock, boot)
    const batcher = new Batcher({
      ...{ spool, clock, lingerMs, config: this.#config },
      takeClockFix: () => time.takeFix(),
      onCommitted: (rows) => {
        onProduced(this.id, rows)
        uplink.committed(rows)
      },
      onRefused: () => undefined,
    })
    const sources = {
      clock,
      spool,
      boot,
      version: 'miniature',
      bytesSent: () => uplink.bytesSent,
      lines: () => [],
      committing: () => batcher.state,
    }
    const status = () =>
      statusOf({ ...sources, config: () => this.#config, clockState: () => time.state() }, life.startedAt)
    const uplink = new Uplink({
      ...{ spool, clock, status, statusEveryMs, random: schedule.random.next, connect: network.connect(this.id, life) },
      configurations: () => encodeConfigurations(this.#told),
      onFailure: () => undefined,
    })
    void uplink.run(new AbortController().signal)
    this.#running = { life, batcher, uplink, spool, time, now: clock.now }
  }

  /** Undefined when the disk takes nothing; the supervisor starts the process again. */
  #openSpool(life: Life, clock: Clock): Spool | undefined {
    try {
      const { limits } = this.#parts
      return openSpoolTwin({ disk: this.disk, life, clock, limits, newId: `${this.id}-spool` })
    } catch {
      life.end()
      this.#parts.schedule.at(restartMs, `${this.id} supervisor`, () => {
        if (!this.up) this.start(false)
      })
      return undefined
    }
  }

  /** kill -9; with `power`, what was not flushed may be lost and the socket says nothing. */
  kill(power: boolean): void {
    if (!this.#running) return
    this.#running.life.end()
    this.#running = undefined
    this.#parts.network.gatewayGone(this.id, power)
    if (power) this.disk.powerCut(this.#parts.schedule.random)
  }

  /** One sample by the machine's own clock; false while nothing runs there. */
  take(terminal: string, values: Values, kept: ReadingClass): boolean {
    if (!this.#running) return false
    const { batcher, time, now } = this.#running
    const sample: Sample = { terminal, ...time.stamp(now()), values: this.#given(values) }
    batcher.add(sample, kept)
    return true
  }

  /** Somebody or something sets the clock. */
  setClock(offsetMs: number): void {
    this.#offsetMs = offsetMs
  }

  reload(): void {
    this.#told = [this.#configuration(this.#told.length + 1), ...this.#told]
    this.#running?.uplink.configurationsChanged()
    this.#running?.batcher.configure(this.#config)
  }

  async flush(): Promise<void> {
    await this.#running?.batcher.flush()
  }

  get #config(): string {
    return this.#told[0]?.config ?? ''
  }

  /** Every second configuration gives depths in metres; the registry has them in centimetres. */
  #configuration(number: number): Configuration {
    const sets = { gauge: { number: step('none'), depth: step(number % 2 === 0 ? 'm' : 'cm'), flow: step('none') } }
    const terminals = Object.fromEntries(this.terminals.map((id) => [id, 'gauge']))
    const content = { settings: `${this.id}-config${number}`, sets, terminals }
    return { ...content, config: configurationHash(content) }
  }

  /** Values, which come in the registered units, as the running configuration gives them. */
  #given(values: Values): Values {
    const inMetres = this.#told[0]?.sets.gauge?.depth?.[0] === 'm'
    return inMetres && values.depth !== undefined ? { ...values, depth: values.depth / 100 } : values
  }
}
