import type { Clock } from '@civitals/contracts/clock'
import type { Clone } from '@civitals/contracts/clone'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import type { StateStore } from '@civitals/storage/state'
import { upsert } from '../rows/upsert.ts'
import { CloneWatch, type GatewayBoxes } from './clone-watch.ts'

/** The runs of one gateway and its newest case, as JSON. */
type CloneTables = { gateway_boxes: { gateway: string; document: string } }

/** Called with a case that was found, has grown or was released; must not throw. */
export type CloneListener = (clone: Clone) => void

/** Lets a person decide about a clone. `keep`: the run that counts as the first from now on. */
export interface ReleaseRequest {
  readonly gateway: string
  readonly keep?: string
  readonly by: string
}

/** `CloneWatch` with a memory that outlives the process: who was there first must not depend on a restart. */
export class CloneBook {
  readonly #state: StateStore
  readonly #clock: Clock
  readonly #watch: CloneWatch
  readonly #listeners = new Set<CloneListener>()
  #unwritten = new Map<string, GatewayBoxes>()
  #writing: Promise<void> | undefined

  private constructor(state: StateStore, clock: Clock, known: ReadonlyMap<string, GatewayBoxes>) {
    this.#state = state
    this.#clock = clock
    this.#watch = new CloneWatch(known, (gateway, boxes) => this.#changed(gateway, boxes))
  }

  static async open(state: StateStore, clock: Clock): Promise<CloneBook> {
    const rows = await state.db.withTables<CloneTables>().selectFrom('gateway_boxes').selectAll().execute()
    const known = rows.map(({ gateway, document }) => [gateway, JSON.parse(document) as GatewayBoxes] as const)
    return new CloneBook(state, clock, new Map(known))
  }

  /** Newest case of every gateway that ever had one. */
  clones(): Clone[] {
    return this.#watch.clones()
  }

  subscribe(listener: CloneListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** A status by the gateway itself or its will; false: it is of a refused box. One without a boot proves nothing. */
  hear(gateway: string, { online, boot, spool, at }: GatewayStatus, address: string | undefined): boolean {
    if (boot === undefined) return true
    if (!online) return !this.#watch.isRefused(gateway, boot)
    return this.#watch.hear(gateway, { boot, spool: spool?.id, address, saidAt: at }, this.#clock.now())
  }

  isRefused(gateway: string, boot: string | undefined): boolean {
    return boot !== undefined && this.#watch.isRefused(gateway, boot)
  }

  isSpeakerRefused(gateway: string): boolean {
    return this.#watch.isSpeakerRefused(gateway)
  }

  tookOver(gateway: string, addresses: { readonly older: string; readonly newer: string }): void {
    this.#watch.tookOver(gateway, addresses, this.#clock.now())
  }

  /** Resolves when the release is written. Errors: CIV_INGEST_UNKNOWN_CLONE, and those of the store. */
  async release({ gateway, keep, by }: ReleaseRequest): Promise<Clone> {
    const clone = this.#watch.release(gateway, keep, by, this.#clock.now())
    if (!clone) {
      throw new CivitalsError('CIV_INGEST_UNKNOWN_CLONE', `No clone of gateway ${gateway} waits for a decision.`, {
        context: { gateway },
      })
    }
    await this.flush()
    return clone
  }

  /** Writes what changed; what the store does not take now is written with the next call. Rejects with the error of the store. */
  async flush(): Promise<void> {
    await this.#writing?.catch(() => undefined)
    if (this.#unwritten.size === 0) return
    const changed = this.#unwritten
    this.#unwritten = new Map()
    const rows = [...changed].map(([gateway, boxes]) => ({ gateway, document: JSON.stringify(boxes) }))
    this.#writing = this.#state
      .transaction((tx) => upsert<CloneTables, 'gateway_boxes'>(tx, 'gateway_boxes', ['gateway'], rows))
      .catch((error: unknown) => {
        this.#unwritten = new Map([...changed, ...this.#unwritten])
        throw error
      })
    await this.#writing
  }

  #changed(gateway: string, boxes: GatewayBoxes): void {
    this.#unwritten.set(gateway, boxes)
    if (boxes.clone) for (const listener of this.#listeners) listener(boxes.clone)
  }
}
