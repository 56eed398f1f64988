import { AsyncLocalStorage } from 'node:async_hooks'
import type { StateStore } from '@civitals/storage/state'

/** What a transaction touched: ids to look at once it is over. */
export interface Touched {
  readonly cases: Set<string>
  readonly orders: Set<string>
  readonly endpoints: Set<string>
}

const nothing = (): Touched => ({ cases: new Set(), orders: new Set(), endpoints: new Set() })

/**
 * Calls back once the transactions that touched something are over. Those who write cases often stand in somebody else's
 * transaction and do not learn how it ends; since transactions run one at a time, an empty one that is queued behind it
 * starts when it is over. Should it have been rolled back, the callback finds nothing changed, which does no harm.
 */
export class AfterCommit {
  readonly #state: StateStore
  readonly #over: (touched: Touched) => Promise<void>
  readonly #failed: (error: unknown) => void
  /** The store refuses a transaction inside a transaction by async context, so the empty one is started outside of it. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #touched = nothing()
  #queued: Promise<void> | undefined

  constructor(state: StateStore, over: (touched: Touched) => Promise<void>, failed: (error: unknown) => void) {
    this.#state = state
    this.#over = over
    this.#failed = failed
  }

  /** Notes what the present transaction touches. */
  touch(what: {
    readonly case?: string | undefined
    readonly order?: string | undefined
    readonly endpoints?: readonly string[]
  }): void {
    if (what.case) this.#touched.cases.add(what.case)
    if (what.order) this.#touched.orders.add(what.order)
    for (const endpoint of what.endpoints ?? []) this.#touched.endpoints.add(endpoint)
    const any = what.case || what.order || what.endpoints?.length
    if (any) this.#queued ??= this.#outside(() => this.#wait())
  }

  /** Settles when nothing is queued. */
  async idle(): Promise<void> {
    while (this.#queued) await this.#queued
  }

  async #wait(): Promise<void> {
    try {
      const touched = await this.#state.transaction(async () => {
        const all = this.#touched
        this.#touched = nothing()
        this.#queued = undefined
        return all
      })
      await this.#over(touched)
    } catch (error) {
      this.#queued = undefined
      this.#failed(error)
    }
  }
}
