import type { RefusedReading } from '@civitals/storage/series'
import type { IngestLogger } from './ingest.ts'
import type { Intake } from './intake/port.ts'
import type { IntakeQueue } from './intake/queue.ts'
import type { StoreDown } from './settle/persist.ts'

export interface IngestHealth {
  /** Readings that come are settled: no store is down and settling runs. */
  readonly ready: boolean
  /** Figures by name, for pages and metrics. */
  readonly facts: Readonly<Record<string, number | string | boolean | null>>
  /** The store that takes nothing now; gateways are held and nothing is acknowledged until it does. */
  readonly storeDown?: StoreDown
}

export type OutageListener = (down: StoreDown | undefined) => void

export interface HealthSources {
  readonly queue: IntakeQueue
  readonly intake: Intake
  readonly settler: {
    readonly settlements: number
    readonly shownUnsettled: number
    readonly storeDown: StoreDown | undefined
  }
}

/** What goes wrong along the way: counted, logged, shown. */
export class StageHealth {
  readonly #logger: IngestLogger
  readonly #outages = new Set<OutageListener>()
  #down: StoreDown | undefined
  #stepFailures = 0
  #stopped: string | undefined

  constructor(logger: IngestLogger) {
    this.#logger = logger
  }

  /** A step threw: what it would have worked out from one batch is lost, the readings are not. */
  stepFailed(step: number, error: unknown): void {
    this.#stepFailures++
    this.#logger.error({ step, err: error }, 'a settlement step failed; its effect on this batch is lost')
  }

  /** A store refused once more, or (undefined) takes again what it is given. */
  storeDown(down: StoreDown | undefined): void {
    const told = this.#down
    this.#down = down
    if (down) this.#logger.warn({ ...down }, 'a store takes nothing; gateways are held until it does')
    else this.#logger.warn({ since: told?.since }, 'the store takes what it is given again')
    if (told?.store === down?.store) return
    for (const listener of this.#outages) listener(down)
  }

  /** Calls `listener` when a store goes down, another does instead, and when it is over (undefined). */
  subscribeOutages(listener: OutageListener): Disposable {
    this.#outages.add(listener)
    return { [Symbol.dispose]: () => this.#outages.delete(listener) }
  }

  refusedByStore(refused: readonly RefusedReading[]): void {
    const old = refused.filter(({ tooOld }) => tooOld)
    const [other] = refused.filter(({ tooOld }) => !tooOld)
    if (old.length > 0)
      this.#logger.warn({ readings: old.length }, 'readings too old to be kept; they are declared lost')
    if (!other) return
    const facts = { reason: other.reason, readings: refused.length - old.length }
    this.#logger.warn(facts, 'the series store refuses readings for good; they are set aside')
  }

  /** Settling ended by a fault of its own: the centre must be started anew. */
  stopped(error: unknown): void {
    this.#stopped = error instanceof Error ? error.message : String(error)
    this.#logger.error({ err: error }, 'settling stopped')
  }

  report({ queue, intake, settler }: HealthSources): IngestHealth {
    const { storeDown } = settler
    return {
      ready: !storeDown && this.#stopped === undefined,
      facts: {
        queuedEnvelopes: queue.deliveries,
        queuedBytes: queue.bytes,
        heldEnvelopes: queue.held,
        connectedGateways: intake.connected(),
        ...intake.figures?.(),
        brokerTrouble: intake.trouble?.() ?? null,
        settlements: settler.settlements,
        shownUnsettled: settler.shownUnsettled,
        stepFailures: this.#stepFailures,
        storeDown: storeDown ? `${storeDown.store}: ${storeDown.message}` : null,
        settlingStopped: this.#stopped ?? null,
      },
      ...(storeDown ? { storeDown } : {}),
    }
  }
}
