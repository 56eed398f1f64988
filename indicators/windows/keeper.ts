import type { EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { dropKept, type KeptTerminal, readKept, writeKept } from '../store/kept-windows.ts'
import { Playback, Recorder } from './record.ts'
import type { Windows } from './windows.ts'

const hourMs = 3_600_000

/** What is older is built anew: windows hardly reach back to it. */
const oldestMs = 24 * hourMs

/** Terminals copied and written at once: some 10 ms. */
const terminalsAtOnce = 100

/**
 * Keeps the windows of each terminal in the state store now and then, so that a restart reads back only what came after. A row may
 * be believed because whatever it does not hold is newer than its newest sample: a settlement with anything older of a terminal
 * deletes the terminal's row in its own transaction, and the next start builds that terminal from the series store. Nothing is kept of
 * a terminal whose windows hold what is still to be settled: another start could not tell it from what they lack.
 */
export class WindowKeeper {
  readonly #state: StateStore
  readonly #registry: Pick<RegistryView, 'terminals'>
  /** Terminals that have a row, or may have one. */
  readonly #kept = new Set<string>()
  /** Terminals the settlement in hand amends: what is in memory lacks that, so nothing may be kept of them. */
  #amended: ReadonlySet<string> = new Set()

  constructor(state: StateStore, registry: Pick<RegistryView, 'terminals'>) {
    this.#state = state
    this.#registry = registry
  }

  /** Puts what was kept into fresh windows. The answer: each terminal found, with its newest sample. */
  async restore(windows: Windows, now: EpochMs): Promise<ReadonlyMap<string, EpochMs>> {
    const found = new Map<string, EpochMs>()
    const others: string[] = []
    for await (const { terminal, shape, until, state } of readKept(this.#state.db)) {
      const fits = until >= now - oldestMs && shape === windows.shape(terminal)
      if (fits && windows.load(terminal, new Playback(state))) found.set(terminal, until)
      else others.push(terminal)
    }
    for (const terminal of found.keys()) this.#kept.add(terminal)
    // Made for something else: nobody looks after it any more.
    if (others.length > 0) await this.#state.transaction((tx) => dropKept(tx, others))
    return found
  }

  /** A settlement begins. Its effect: what has to be written with it, and what to do once it has held. */
  settling(batch: SettlementBatch, windows: Windows): { write(tx: StateTx): Promise<void>; committed(): void } {
    const amended = windows.late(batch)
    this.#amended = amended
    return {
      write: async (tx) => {
        const kept = [...amended].filter((terminal) => this.#kept.has(terminal))
        if (kept.length > 0) await dropKept(tx, kept)
      },
      committed: () => {
        for (const terminal of amended) this.#kept.delete(terminal)
        this.#amended = new Set()
      },
    }
  }

  /** Keeps the windows of all terminals, some at a time. They are copied within the transaction, so no settlement lies between. */
  async keep(windows: () => Windows): Promise<void> {
    const terminals = this.#registry.terminals().map(({ id }) => id)
    for (let from = 0; from < terminals.length; from += terminalsAtOnce) {
      const some = terminals.slice(from, from + terminalsAtOnce)
      await this.#state.transaction((tx) => writeKept(tx, this.#copy(some, windows())))
    }
  }

  /** Forgets everything: windows of another making take over. */
  async forget(): Promise<void> {
    await this.#state.transaction((tx) => dropKept(tx))
    this.#kept.clear()
  }

  #copy(terminals: readonly string[], windows: Windows): readonly KeptTerminal[] {
    const out = new Recorder()
    return terminals.flatMap((terminal) => {
      const until = windows.newestOf(terminal)
      const shape = windows.shape(terminal)
      if (until === undefined || shape === undefined) return []
      if (this.#amended.has(terminal) || windows.readBack.awaits(terminal)) return []
      this.#kept.add(terminal)
      windows.save(terminal, out)
      return [{ terminal, shape, until, state: out.take() }]
    })
  }
}
