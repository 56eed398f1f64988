import { randomUUID } from 'node:crypto'
import type { Clock } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus, LineHealth } from '@civitals/contracts/status'
import type { ModbusLine } from '@civitals/firmware-bridge/modbus/line'
import type { Logger } from 'pino'
import type { PollPeriods } from './config/settings.ts'
import { LinePoller, type PolledTerminal } from './polling/poll-line.ts'
import { Batcher } from './readings/batcher.ts'
import { TimeKeeper } from './readings/time-keeper.ts'
import type { Spool } from './spool/spool.ts'
import { type StatusSources, statusOf } from './status.ts'
import type { Connect } from './uplink/connection.ts'
import { Uplink } from './uplink/uplink.ts'

/** One line with the terminals on it. */
export interface GatewayLine {
  readonly id: string
  readonly line: ModbusLine
  readonly terminals: readonly PolledTerminal[]
}

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
  readonly version: string
  /** How long ordinary readings wait for company, ms. */
  readonly lingerMs: number
  readonly clockState?: () => ClockState
  readonly logger: Logger
}

/** The edge box: lines -> polling -> readings -> spool -> uplink. */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #pollers: readonly { readonly line: GatewayLine; readonly poller: LinePoller }[]
  readonly #batcher: Batcher
  readonly #uplink: Uplink
  readonly #status: () => GatewayStatus
  readonly #failed = Promise.withResolvers<never>()

  constructor(parts: GatewayParts) {
    const { spool, clock, config, connect, random, lingerMs, logger } = parts
    const boot = randomUUID()
    const time = new TimeKeeper(clock, boot, parts.clockState)
    this.#parts = parts
    this.#pollers = parts.lines.map((line) => ({ line, poller: this.#pollerOf(line, time) }))
    this.#batcher = new Batcher({
      spool,
      clock,
      config,
      lingerMs,
      takeClockFix: () => time.takeFix(),
      onCommitted: (rows) => this.#uplink.committed(rows),
      onRefused: (error) => this.#refused(error),
    })
    const sources: StatusSources = {
      ...{ clock, config, spool, boot, version: parts.version, clockState: () => time.state() },
      ...{ lines: () => this.#lineHealth(), bytesSent: () => this.#uplink.bytesSent },
    }
    const startedAt = clock.mono()
    this.#status = () => statusOf(sources, startedAt)
    this.#uplink = new Uplink({
      ...{ connect, spool, clock, random, status: this.#status },
      onConnected: () => logger.info({ waiting: spool.counters().waiting }, 'connected to the centre'),
      onDisconnected: (reason, retryMs) =>
        logger.warn({ reason, retryMs: Math.round(retryMs) }, 'no link to the centre'),
      onFailure: (error) => logger.error({ err: error }, 'reading the spool failed'),
    })
  }

  /** What it says of itself now, connected or not. */
  status(): GatewayStatus {
    return this.#status()
  }

  /**
   * Runs until `signal` is aborted; then polling stops, what was read is committed, and the centre is told. Closes its parts.
   * Rejects when the spool is gone for good: a new start repairs it, going on would only fill the memory.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const uplinkStop = new AbortController()
    signal.addEventListener('abort', () => stop.abort(), { once: true, signal: stop.signal })
    if (signal.aborted) stop.abort()
    const uplink = this.#uplink.run(uplinkStop.signal)
    const polling = Promise.all(this.#pollers.map(({ poller }) => poller.run(stop.signal)))
    try {
      await Promise.race([Promise.all([polling, aborted(stop.signal)]), this.#failed.promise])
      await this.#batcher.flush()
    } finally {
      stop.abort()
      uplinkStop.abort()
      await Promise.all([polling, uplink, ...this.#parts.lines.map(({ line }) => line.close())])
      await this.#parts.spool.close()
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

  #pollerOf({ id, line, terminals }: GatewayLine, time: TimeKeeper): LinePoller {
    const { clock, periods, logger } = this.#parts
    return new LinePoller({
      ...{ line, terminals, periods, clock },
      onReport: (terminal, { at, values, quality, urgent }) => {
        const bad = Object.keys(quality).length > 0 && { quality: { ...quality } }
        this.#batcher.add({ terminal: terminal.id, ...time.stamp(at), values: { ...values }, ...bad }, urgent)
      },
      onSilence: (terminal, silent) => {
        logger.warn(
          { line: id, terminal: terminal.id, silent },
          silent ? 'terminal is silent' : 'terminal answers again',
        )
        this.#uplink.statusChanged()
      },
    })
  }

  #lineHealth(): LineHealth[] {
    return this.#pollers.map(({ line, poller }) => {
      const { transactions, timeouts, crcErrors } = line.line.health
      return {
        line: line.id,
        terminals: line.terminals.length,
        silent: poller.silent,
        transactions,
        timeouts,
        crcErrors,
      }
    })
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
