import { FakeClock } from '@civitals/contracts/clock'
import { type Command, decodeCommand } from '@civitals/contracts/command'
import { type Envelope, encodeEnvelope } from '@civitals/contracts/envelope'
import type { SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { SeriesStore } from '@civitals/storage/series'
import { type MemoryContents, MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { StageHealth } from '../health.ts'
import { IntakeQueue } from '../intake/queue.ts'
import { LatestReadings } from '../latest/latest.ts'
import { ingestMigrations } from '../migrations.ts'
import { openRegistry } from '../registry/registry.ts'
import { Books } from '../settle/books.ts'
import { Settler } from '../settle/settler.ts'
import { city } from './city.ts'
import { startAt } from './envelopes.ts'

/** A state store whose transactions fail after their work: before the commit, as in a crash, or after it, unheard. */
class Breakable implements StateStore {
  failing = false
  /** So many of the next commits hold and are reported as failed. */
  unheard = 0
  readonly #state: StateStore
  constructor(state: StateStore) {
    this.#state = state
  }
  get db() {
    return this.#state.db
  }
  async transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T> {
    const done = await this.#state.transaction(async (tx) => {
      const result = await work(tx)
      if (this.failing) throw new Error('power cut')
      return result
    })
    if (this.unheard > 0) {
      this.unheard--
      throw new Error('connection lost')
    }
    return done
  }
  close(): Promise<void> {
    return this.#state.close()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#state.close()
  }
}

interface Bench {
  readonly state?: StateStore
  readonly contents?: MemoryContents
  readonly series?: SeriesStore
  readonly step?: SettlementStep<StateTx>
  readonly paceMs?: number
  readonly smallSettlement?: number
}

/** A settler without a broker, its stores within reach. */
export async function openBench({
  state,
  contents = new Map(),
  series = new MemorySeries({ contents }),
  step,
  paceMs = 0,
  smallSettlement = 8_000,
}: Bench = {}) {
  const own = state ?? (await openSqliteState({ file: ':memory:', migrations: ingestMigrations }))
  const breakable = new Breakable(own)
  const registry = await openRegistry(own)
  if (registry.terminals().length === 0) await registry.apply(city)
  const books = await Books.open(breakable, registry)
  const [queue, latest, clock] = [new IntakeQueue(), new LatestReadings(), new FakeClock(startAt + 60_000)]
  const acknowledged: string[] = []
  const commands: Command[] = []
  const batches: SettlementBatch[] = []
  const record: SettlementStep<StateTx> = (batch) => ({
    write: async () => undefined,
    committed: () => void batches.push(batch),
  })
  const settler = new Settler({
    queue,
    books,
    series,
    state: breakable,
    latest,
    clock,
    paceMs,
    smallSettlement,
    steps: step ? [step, record] : [record],
    acknowledger: { settled: (gateways) => void acknowledged.push(...gateways.keys()) },
    command: (_gateway, payload) => void commands.push(decodeCommand(payload) as Command),
    health: new StageHealth({ warn: () => undefined, error: () => undefined }),
  })
  const registrations = registry.onChange(() => settler.reviewAside())
  const running = settler.run()
  const offer = (envelope: Envelope | Uint8Array, gateway = 'g1') =>
    queue.offer(
      {
        gateway,
        lane: 'live',
        payload: envelope instanceof Uint8Array ? envelope : encodeEnvelope(envelope),
        receivedAt: clock.now(),
      },
      () => undefined,
    )
  return {
    breakable,
    registry,
    series,
    books,
    queue,
    latest,
    clock,
    acknowledged,
    commands,
    batches,
    settler,
    offer,
    account: () => books.accounts.get('g1', 'p1'),
    async until(condition: () => boolean | undefined) {
      for (let turn = 0; turn < 2_000 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 1))
      if (!condition()) throw new Error('what was waited for did not come')
    },
    async [Symbol.asyncDispose]() {
      registrations[Symbol.dispose]()
      settler.stop()
      await running
      if (!state) await own.close()
    },
  }
}
