import type { Clock } from '@civitals/contracts/clock'
import type { Clone } from '@civitals/contracts/clone'
import { CivitalsError } from '@civitals/contracts/errors'
import type { LedgerRow, Loss, Reconciliation, RejectReason, Resend, SetAside } from '@civitals/contracts/ledger'
import type { Terminal } from '@civitals/contracts/registry'
import type { SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { ListenAddress } from './broker/io/listen.ts'
import { CloneBook, type CloneListener, type ReleaseRequest } from './clones/clone-book.ts'
import { type IngestHealth, type OutageListener, StageHealth } from './health.ts'
import { intakeEvents } from './intake/events.ts'
import { openAedesIntake } from './intake/io/aedes.ts'
import type { OpenIntake } from './intake/port.ts'
import { IntakeQueue, type QueueBounds } from './intake/queue.ts'
import { LatestReadings } from './latest/latest.ts'
import { listAside } from './ledger/aside.ts'
import { type HeardStatus, StatusBook, type StatusListener } from './ledger/balance.ts'
import type { RejectPage } from './ledger/reject-book.ts'
import { listResends } from './ledger/resends.ts'
import { listLosses } from './ledger/store.ts'
import { openRegistry, type Registry } from './registry/registry.ts'
import { Acknowledger } from './settle/acknowledger.ts'
import { Books } from './settle/books.ts'
import { Chores } from './settle/chores.ts'
import { Reconciler, reconcileEveryMs } from './settle/reconciler.ts'
import { askAgainEveryMs, type ResendRequest } from './settle/resender.ts'
import { Settler } from './settle/settler.ts'

/** The part of a pino logger ingest uses: fields first. */
export interface IngestLogger {
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
  /** What may wait to be settled before gateways are held. Default 16 MiB and 20,000 envelopes. */
  readonly queue?: QueueBounds
  /** Readings below which a settlement waits for company. Default 8,000. */
  readonly smallSettlement?: number
  /** Spreads attempts on a store that is away, in [0, 1). Default Math.random. */
  readonly random?: () => number
  /** Opens the way in from the broker. Default: Aedes in this process. */
  readonly openIntake?: OpenIntake
}

/** From the broker to acknowledged readings. */
export interface Ingest extends AsyncDisposable {
  readonly port: number
  readonly registry: Registry
  readonly latest: LatestReadings
  /** Newest status of every gateway since start. */
  statuses(): Map<string, HeardStatus>
  /** Every status as it comes, last wills included, until disposed. */
  subscribeStatus(listener: StatusListener): Disposable
  /** The accounts of every spool. */
  ledger(): Promise<LedgerRow[]>
  /**
   * Reopens ranges of a spool and asks its gateway for them; resolves when they are open and asked for. Errors:
   * CIV_INGEST_UNKNOWN_SPOOL, CIV_INGEST_NOTHING_SETTLED, CIV_INGEST_TOO_MANY_REOPENED, CIV_INGEST_STORE_DOWN (retryable).
   */
  resend(request: ResendRequest): Promise<Resend>
  /** What gateways declared lost, newest first, 1,000 at most. */
  losses(): Promise<Loss[]>
  /** What the hourly comparison of ledger and series store found. */
  reconciliation(): Promise<Reconciliation>
  /** Compares now; resolves when the run is over, also when it failed. */
  reconcile(): Promise<void>
  /** The newest resends first. */
  resends(): Promise<Resend[]>
  /** What was refused, newest first; `limit` 1 to 1,000. */
  rejects(page: { readonly limit?: number; readonly cursor?: string }): Promise<RejectPage>
  /** Gateway ids that two boxes use, or used: the newest case of each. */
  clones(): Clone[]
  /** Every case as it is found, grows and is released, until disposed. */
  subscribeClones(listener: CloneListener): Disposable
  /** Lets all boxes of a gateway speak again, after a person has looked. Errors: CIV_INGEST_UNKNOWN_CLONE. */
  releaseClone(request: ReleaseRequest): Promise<Clone>
  /** How often something was refused, by reason, since the first start. */
  rejectCounts(): Record<RejectReason, number>
  /** Readings that wait for a registration or a clock fix, by series and reason. */
  setAside(): Promise<SetAside[]>
  /** Registers a terminal, after which its readings set aside are admitted. Errors: CIV_INGEST_REGISTRY_DANGLING. */
  registerTerminal(terminal: Terminal): Promise<void>
  health(): IngestHealth
  /** Tells when a store goes down and when it is back (undefined). */
  subscribeOutages(listener: OutageListener): Disposable
  close(): Promise<void>
}

/** How long refused connections wait for other work to be written with, and how often old set-aside readings are looked at. */
const refusalsWaitMs = 250
const reviewAsideEveryMs = 3_600_000
/** A run of a gateway that is heard for the first time is on disk after so long; what a restart forgets before is heard again. */
const writeBoxesEveryMs = 1_000

/**
 * broker -> intake -> admission -> settle -> acknowledge, listening when it resolves. Errors: CIV_INGEST_PORT_TAKEN,
 * CIV_INGEST_LISTEN_FAILED, and those of the stores.
 */
export async function openIngest(options: IngestOptions): Promise<Ingest> {
  const { clock, logger, series, state, steps } = options
  const registry = options.registry ?? (await openRegistry(state))
  const books = await Books.open(state, registry)
  const statuses = new StatusBook(books.accounts)
  const latest = new LatestReadings(await series.latest())
  const clones = await CloneBook.open(state, clock)
  const queue = new IntakeQueue(options.queue)
  const chores = new Chores(clock)
  const health = new StageHealth(logger)

  const onRefusalsWaiting = () => chores.once(refusalsWaitMs, () => queue.wake())
  const acknowledger = new Acknowledger(books.accounts, clock, (gateway, ack) => intake.acknowledge(gateway, ack))
  const command = (gateway: string, payload: Uint8Array) => intake.command(gateway, payload)
  const random = options.random ?? Math.random
  const settler = new Settler({
    random,
    queue,
    books,
    series,
    state,
    steps,
    latest,
    clock,
    acknowledger,
    health,
    command,
    ...(options.smallSettlement !== undefined && { smallSettlement: options.smallSettlement }),
  })
  const events = intakeEvents({
    queue,
    acknowledger,
    statuses,
    rejects: books.rejects,
    clones,
    clock,
    configurations: books.configurations,
    onRefusalsWaiting,
    onConfiguration: () => queue.wake(),
    onReply: (gateway, reply) => settler.replied(gateway, reply),
    onListening: (gateway) => settler.askAgain(gateway),
  })
  const openIntake = options.openIntake ?? openAedesIntake
  const parts = { listen: options.listen, clock, events, identity: clones, hashOf: registry.passwordHash }
  const intake = await openIntake(parts)
  const settling = settler.run().catch((error: unknown) => health.stopped(error))
  const registrations = registry.onChange(() => settler.reviewAside())
  chores.every(reviewAsideEveryMs, () => settler.reviewAside(true))
  const reconciler = new Reconciler({ series, state, registry, settler, clock, logger })
  chores.every(reconcileEveryMs, () => void reconciler.run())
  chores.every(askAgainEveryMs, () => settler.askAgain())
  // What the store does not take now is written the next time.
  chores.every(writeBoxesEveryMs, () => void clones.flush().catch(() => undefined))

  const close = async (): Promise<void> => {
    registrations[Symbol.dispose]()
    chores[Symbol.dispose]()
    await intake.close()
    settler.stop()
    await settling
    acknowledger.close()
    await clones.flush().catch(() => undefined)
  }
  return {
    port: intake.port,
    registry,
    latest,
    statuses: () => statuses.statuses(),
    subscribeStatus: (listener) => statuses.subscribe(listener),
    ledger: async () => statuses.rows(),
    resend: async (request) => {
      if (settler.storeDown) throw storeDownError(settler.storeDown.store)
      return settler.resend(request)
    },
    losses: () => listLosses(state),
    reconciliation: () => reconciler.report(),
    reconcile: () => reconciler.run(),
    resends: () => listResends(state, books.accounts),
    rejects: ({ limit = 100, cursor }) => books.rejects.page(limit, cursor),
    clones: () => clones.clones(),
    subscribeClones: (listener) => clones.subscribe(listener),
    releaseClone: (request) => clones.release(request),
    rejectCounts: () => books.rejects.counts(),
    setAside: () => listAside(state),
    registerTerminal: (terminal) => registry.registerTerminal(terminal),
    health: () => health.report({ queue, intake, settler }),
    subscribeOutages: (listener) => health.subscribeOutages(listener),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const storeDownError = (store: string): CivitalsError =>
  new CivitalsError('CIV_INGEST_STORE_DOWN', `The ${store} store takes nothing now.`, { retryable: true })
