import type { Clock, Timer } from '@civitals/contracts/clock'
import type { LedgerRow, RejectReason, SetAside } from '@civitals/contracts/ledger'
import type { Terminal } from '@civitals/contracts/registry'
import type { SettlementStep } from '@civitals/contracts/settlement'
import { decodeStatus } from '@civitals/contracts/status'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { ListenAddress } from './broker/io/listen.ts'
import { openAedesIntake } from './intake/io/aedes.ts'
import type { Intake, IntakeEvents } from './intake/port.ts'
import { IntakeQueue, type QueueBounds } from './intake/queue.ts'
import { LatestReadings } from './latest/latest.ts'
import { listAside } from './ledger/aside.ts'
import { type HeardStatus, StatusBook } from './ledger/balance.ts'
import type { RejectPage } from './ledger/reject-book.ts'
import { openRegistry, type Registry } from './registry/registry.ts'
import { Acknowledger } from './settle/acknowledger.ts'
import { Books } from './settle/books.ts'
import type { StoreDown } from './settle/persist.ts'
import { Settler } from './settle/settler.ts'

/** The part of a pino logger ingest uses: fields first. */
export interface IngestLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface IngestOptions {
  /** Opened with `ingestMigrations` among its migrations. */
  readonly state: StateStore
  readonly series: SeriesStore
  readonly clock: Clock
  /** Consumers of settled readings, asked in this order. */
  readonly steps: readonly SettlementStep<StateTx>[]
  /** Where gateways connect by MQTT 3.1.1; port 0 takes a free one. */
  readonly listen: ListenAddress
  readonly logger: IngestLogger
  /** A registry already open on the same store; one is opened when absent. */
  readonly registry?: Registry
  /** Default 16 MiB and 20,000 envelopes. */
  readonly queue?: QueueBounds
}

export interface IngestHealth {
  readonly queue: { readonly deliveries: number; readonly bytes: number; readonly held: number }
  readonly connectedGateways: number
  readonly settlements: number
  /** Times a step threw since start: its alarms or cases for one batch were not worked out. */
  readonly stepFailures: number
  /** The store that takes nothing now; gateways are held and nothing is acknowledged until it does. */
  readonly storeDown?: StoreDown
  /** Why settling ended by a fault of its own; undefined while it runs. */
  readonly stopped?: string
}

/** From the broker to acknowledged readings. */
export interface Ingest extends AsyncDisposable {
  readonly port: number
  readonly registry: Registry
  readonly latest: LatestReadings
  /** Newest status of every gateway since start. */
  statuses(): Map<string, HeardStatus>
  ledger(): Promise<LedgerRow[]>
  /** Newest first; `limit` 1 to 1,000. */
  rejects(page: { readonly limit: number; readonly cursor?: string }): Promise<RejectPage>
  rejectCounts(): Record<RejectReason, number>
  setAside(): Promise<readonly SetAside[]>
  /** Registers a terminal, after which its readings set aside are admitted. Errors: CIV_INGEST_REGISTRY_DANGLING. */
  registerTerminal(terminal: Terminal): Promise<void>
  health(): IngestHealth
  close(): Promise<void>
}

/** How long refused connections wait for a settlement to be written with, and how often old set-aside readings are looked at. */
const rejectsWaitMs = 250
const reviewEveryMs = 3_600_000

/**
 * broker -> intake -> admission -> settle -> acknowledge, listening when it resolves. Errors: CIV_INGEST_PORT_TAKEN,
 * CIV_INGEST_LISTEN_FAILED, and those of the stores.
 */
export async function openIngest(options: IngestOptions): Promise<Ingest> {
  const { clock, logger, series, state } = options
  const registry = options.registry ?? (await openRegistry(state))
  const books = await Books.open(state, registry)
  const statuses = new StatusBook(books.accounts)
  const latest = new LatestReadings(await series.latest())
  const queue = new IntakeQueue(options.queue)
  const stop = new AbortController()
  const timers = new Set<Timer>()
  let stepFailures = 0
  let stopped: string | undefined

  const acknowledger = new Acknowledger(books.accounts, clock, (gateway, payload) =>
    intake.acknowledge(gateway, payload),
  )
  const settler = new Settler({
    queue,
    books,
    series,
    state,
    steps: options.steps,
    latest,
    clock,
    signal: stop.signal,
    acknowledge: (gateways) => acknowledger.settled(gateways),
    onStepFailure: (step, error) => {
      stepFailures++
      logger.error({ step, err: error }, 'a settlement step failed; its effect on this batch is lost')
    },
    onStoreDown: (down) => logger.warn({ ...down }, 'a store takes nothing; gateways are held until it does'),
    onRefused: (reason, readings) => logger.warn({ reason, readings }, 'the series store refuses readings for good'),
  })
  const later = (delayMs: number, work: () => void): void => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer)
      work()
    })
    timers.add(timer)
  }
  const review = (): void => {
    settler.reviewAside()
    later(reviewEveryMs, review)
  }
  const events: IntakeEvents = {
    delivery: (delivery, taken) => queue.offer(delivery, taken),
    gone: (gateway) => queue.forget(gateway),
    listening: (gateway) => acknowledger.tellNow(gateway),
    refused: (refusal) => {
      if (!books.rejects.hasPending) later(rejectsWaitMs, () => queue.wake())
      books.rejects.note(refusal)
    },
    status: (gateway, payload) => {
      const status = decodeStatus(payload)
      if (status) return statuses.hear(gateway, status, clock.now())
      const detail = 'status that is none'
      events.refused({ at: clock.now(), scope: 'publish', reason: 'malformed envelope', gateway, detail })
    },
  }
  const intake: Intake = await openAedesIntake({ listen: options.listen, clock, events, hashOf: registry.passwordHash })
  const forgetRegistry = registry.onChange(() => settler.reviewAside())
  later(reviewEveryMs, review)
  const running = settler.run().catch((error: unknown) => {
    stopped = error instanceof Error ? error.message : String(error)
    logger.error({ err: error }, 'settling stopped')
  })

  const close = async (): Promise<void> => {
    forgetRegistry()
    await intake.close()
    stop.abort()
    for (const timer of timers) timer.cancel()
    await running
    acknowledger.close()
  }
  return {
    port: intake.port,
    registry,
    latest,
    statuses: () => statuses.statuses(),
    ledger: async () => statuses.rows(),
    rejects: ({ limit, cursor }) => books.rejects.page(limit, cursor),
    rejectCounts: () => books.rejects.counts(),
    setAside: () => listAside(state),
    registerTerminal: (terminal) => registry.registerTerminal(terminal),
    health: () => ({
      queue: { deliveries: queue.deliveries, bytes: queue.bytes, held: queue.held },
      connectedGateways: intake.connected(),
      settlements: settler.settlements,
      stepFailures,
      ...(settler.storeDown ? { storeDown: settler.storeDown } : {}),
      ...(stopped === undefined ? {} : { stopped }),
    }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
