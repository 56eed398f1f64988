import { randomUUID } from 'node:crypto'
import { type Clock, sleep } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import type { Logger } from 'pino'
import type { PollPeriods } from './config/settings.ts'
import { type GatewayLine, Lines } from './lines/lines.ts'
import type { UplinkState } from './presence/presence.ts'
import { Batcher } from './readings/batcher.ts'
import type { ClockEvidence } from './readings/clock-state.ts'
import { Readings } from './readings/readings.ts'
import { TimeKeeper } from './readings/time-keeper.ts'
import type { Spool } from './spool/spool.ts'
import { type StatusSources, statusOf } from './status.ts'
import type { Connect } from './uplink/connection.ts'
import { Uplink } from './uplink/uplink.ts'

/** Everything of the world a gateway works on. */
export interface GatewayParts {
  readonly lines: readonly GatewayLine[]
  readonly spool: Spool
  readonly connect: Connect
  readonly clock: Clock
  readonly random: () => number
  readonly periods: PollPeriods
  /** Hash of the running configuration. */
  readonly config: string
  /** The message that tells the centre of it, and of older ones; asked on every connection and after every change. */
  readonly configurations?: () => Uint8Array | undefined
  readonly version: string
  /** How long ordinary readings wait for company, ms. */
  readonly lingerMs: number
  /** Longest time between two statuses, ms. Default 10 s. */
  readonly statusEveryMs?: number
  /** Asks the machine how its clock stands; asked every minute. Without it the wall clock is believed. */
  readonly timeService?: () => Promise<ClockEvidence>
  readonly logger: Logger
}

const askTimeEveryMs = 60_000

/** The edge box: lines -> readings -> batches -> spool -> uplink. */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #time: TimeKeeper
  #config: string
  readonly #lines: Lines
  readonly #batcher: Batcher
  readonly #uplink: Uplink
  readonly #status: () => GatewayStatus
  readonly #failed = Promise.withResolvers<never>()

  constructor(parts: GatewayParts) {
    const { spool, clock, config, connect, random, periods, lingerMs, logger } = parts
    const boot = randomUUID()
    this.#time = new TimeKeeper(clock, boot, (byMs) => logger.warn({ byMs }, 'the clock of this machine was set'))
    const time = this.#time
    this.#parts = parts
    this.#config = config
    this.#batcher = new Batcher({
      spool,
      clock,
      config,
      lingerMs,
      takeClockFix: () => time.takeFix(),
      onCommitted: (rows) => this.#uplink.committed(rows),
      onRefused: (error) => this.#refused(error),
    })
    const readings = new Readings({ clock, time, add: (sample, kept) => this.#batcher.add(sample, kept) })
    this.#lines = new Lines({ clock, periods, readings, logger, onSilence: () => this.#uplink.statusChanged() })
    const sources: StatusSources = {
      ...{ clock, config: () => this.#config, spool, boot, version: parts.version, clockState: () => time.state() },
      ...{ lines: () => this.#lines.health(), bytesSent: () => this.#uplink.bytesSent },
      committing: () => this.#batcher.state,
      trouble: () => this.#uplink.state().clone,
    }
    const startedAt = clock.mono()
    this.#status = () => statusOf(sources, startedAt)
    this.#uplink = new Uplink({
      ...{ connect, spool, clock, random, status: this.#status },
      ...(parts.configurations && { configurations: parts.configurations }),
      ...(parts.statusEveryMs !== undefined && { statusEveryMs: parts.statusEveryMs }),
      onConnected: () => logger.info({ waiting: spool.counters().waiting }, 'connected to the centre'),
      onDisconnected: (reason, retryMs) =>
        logger.warn({ reason, retryMs: Math.round(retryMs) }, 'no link to the centre'),
      onFailure: (error) => logger.error({ err: error }, 'reading the spool failed'),
      onCommand: (command, reply) => logger.info({ command, reply }, 'command of the centre'),
    })
  }

  /** Works another configuration from now on; what did not change goes on untouched. Samples carry the hash they were read with. */
  async reload({ lines, periods, config }: Pick<GatewayParts, 'lines' | 'periods' | 'config'>): Promise<void> {
    this.#config = config
    // Ahead of the first envelope that names it.
    this.#uplink.configurationsChanged()
    this.#batcher.configure(config)
    await this.#lines.change(lines, periods)
    this.#uplink.statusChanged()
  }

  /** What it says of itself now, connected or not. */
  status(): GatewayStatus {
    return this.#status()
  }

  /** How its link to the centre stands. */
  uplink(): UplinkState {
    return this.#uplink.state()
  }

  /**
   * Runs until `signal` is aborted; then polling stops, what was read is committed, and the centre is told. Closes its parts.
   * Rejects when the spool is gone for good: a new start repairs it, going on would only fill the memory.
   */
  async run(signal: AbortSignal): Promise<void> {
    const uplinkStop = new AbortController()
    await this.#askTime()
    const uplink = this.#uplink.run(uplinkStop.signal)
    const time = this.#followTime(uplinkStop.signal)
    for (const line of this.#parts.lines) this.#lines.begin(line)
    try {
      await Promise.race([aborted(signal), this.#lines.failed, this.#failed.promise])
      await this.#lines.endAll()
      await this.#batcher.flush()
      const { held, trouble } = this.#batcher.state
      if (held > 0) this.#parts.logger.error({ samples: held, trouble }, 'stopped with samples the disk did not take')
    } finally {
      uplinkStop.abort()
      await Promise.all([this.#lines.endAll(), uplink, time])
      await this.#parts.spool.close()
    }
  }

  async #askTime(): Promise<void> {
    const evidence = await this.#parts.timeService?.()
    if (evidence) this.#time.learn(evidence)
  }

  async #followTime(signal: AbortSignal): Promise<void> {
    while (this.#parts.timeService && !signal.aborted) {
      await sleep(this.#parts.clock, askTimeEveryMs, signal).catch(() => undefined)
      if (!signal.aborted) await this.#askTime()
    }
  }

  #refused(error: unknown): void {
    const retryable = error instanceof CivitalsError && error.retryable
    this.#parts.logger.error(
      { err: error },
      retryable ? 'the spool refuses to write; trying again' : 'the spool is lost',
    )
    if (!retryable) this.#failed.reject(error)
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
