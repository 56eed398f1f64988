// The disk of an edge box: what a spool has written and what of it is committed.
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { MemoryTable, memorySpool, TableEnded } from '../../gateway/spool/memory.ts'
import type { Spool, SpoolCounters, SpoolLimits } from '../../gateway/spool/spool.ts'
import type { Life, Random } from './schedule.ts'

interface Call {
  readonly name: string
  readonly args: readonly unknown[]
}

interface Transaction {
  readonly durable: boolean
  readonly calls: readonly Call[]
}

type Method = (...args: readonly unknown[]) => unknown

const replay = (history: readonly Transaction[]): MemoryTable => {
  const table = new MemoryTable()
  const methods = table as unknown as Record<string, Method>
  for (const { calls } of history) for (const { name, args } of calls) methods[name]?.call(table, ...args)
  return table
}

/** A table written anew, as one transaction. */
const written = (table: MemoryTable): Transaction => ({
  durable: true,
  calls: [
    ...[...table.soundRows()].map(({ standing, ...row }) => ({ name: 'insert', args: [row, standing] })),
    { name: 'save', args: [table.load()] },
  ],
})

/**
 * Keeps every transaction a spool made, each known to be flushed or not. A process that dies leaves all of them; a power cut takes
 * any number of the newest that no flush has followed. Reads are kept too: replaying them changes nothing, and a table may get new methods.
 */
export class SpoolDisk {
  /** While set, no transaction can be written. */
  full = false
  #history: Transaction[] = []
  #memory = new MemoryTable()
  readonly #garbled = new Set<number>()
  #failing: { readonly written: boolean } | undefined

  /** The table as a new process finds it. */
  open(): MemoryTable {
    this.#replay()
    let calls: Call[] | undefined
    const transaction = <T>(durable: boolean, work: () => T): T => {
      calls = []
      try {
        const result = work()
        this.#write({ durable, calls })
        return result
      } catch (error) {
        this.#replay()
        throw error
      } finally {
        calls = undefined
      }
    }
    const table: MemoryTable = new Proxy(this.#memory, {
      get: (_target, name: string) => {
        if (name === 'transaction') return transaction
        if (name === 'become') return (next: MemoryTable) => this.#become(next, table)
        return (...args: unknown[]) => {
          calls?.push({ name, args })
          return (this.#memory as unknown as Record<string, Method>)[name]?.call(this.#memory, ...args)
        }
      },
    })
    return table
  }

  /** The next flush fails; what was to be flushed is `written` or not. */
  failNextFlush(written: boolean): void {
    this.#failing = { written }
  }

  /** The bytes of some rows are not what was written, until another file takes their place. */
  garble(random: Random): void {
    const rows = [...this.#memory.soundRows()]
    for (const { seq } of rows.filter(() => random.chance(2 / rows.length))) this.#garbled.add(seq)
    this.#memory.garble(...this.#garbled)
  }

  powerCut(random: Random): void {
    const flushed = this.#history.findLastIndex(({ durable }) => durable) + 1
    const lost = random.below(this.#history.length - flushed + 1)
    this.#history = this.#history.slice(0, this.#history.length - lost)
  }

  #write(transaction: Transaction): void {
    if (this.full) throw new Error('no space left on device')
    const failing = transaction.durable ? this.#failing : undefined
    if (failing?.written !== false) this.#history.push(transaction)
    if (!failing) return
    this.#failing = undefined
    throw new TableEnded('disk error')
  }

  /** A whole new file, flushed, takes the place of the old one. */
  #become(next: MemoryTable, table: MemoryTable): MemoryTable {
    if (this.full) throw new Error('no space left on device')
    this.#history = [written(next)]
    this.#garbled.clear()
    this.#replay()
    return table
  }

  #replay(): void {
    this.#memory = replay(this.#history)
    this.#memory.garble(...this.#garbled)
  }
}

export interface SpoolTwinOptions {
  readonly disk: SpoolDisk
  readonly life: Life
  readonly clock: Clock
  readonly limits: SpoolLimits
  /** Id of the spool when the disk holds none yet. */
  readonly newId: string
}

const longestFlushMs = 12
const longestAnswerMs = 3

/**
 * The spool over such a disk, as the thread of the real one serves it: calls in order, each done at one instant and answered at a later one.
 * Between the two the process may die: committed, and nobody was told.
 */
export function openSpoolTwin({ disk, life, clock, limits, newId }: SpoolTwinOptions): Spool {
  const inner = memorySpool({ id: newId, limits, clock, table: disk.open() })
  const { random } = life.schedule
  let [id, counters]: [string, SpoolCounters] = [inner.id, inner.counters()]
  let [servedAt, answeredAt] = [0, 0]
  const call = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      servedAt = Math.max(servedAt, life.schedule.now + random.between(0, longestFlushMs))
      life.after(servedAt - life.schedule.now, `spool ${name}`, () => {
        const done = work().catch((cause: unknown) => {
          throw new CivitalsError('CIV_GATEWAY_SPOOL_WRITE', String(cause), { retryable: true, cause })
        })
        done.catch(() => undefined)
        const told: [string, SpoolCounters] = [inner.id, inner.counters()]
        answeredAt = Math.max(answeredAt, life.schedule.now + random.between(0, longestAnswerMs))
        life.after(answeredAt - life.schedule.now, `spool ${name} done`, () => {
          ;[id, counters] = told
          done.then(resolve, reject)
        })
      })
    })
  return {
    get id() {
      return id
    },
    append: (drafts) => call('append', () => inner.append(drafts)),
    waiting: (range) => call('waiting', () => inner.waiting(range)),
    acknowledge: (settled, spool) => call('acknowledge', () => inner.acknowledge(settled, spool)),
    reopen: (spool, ranges) => call('reopen', () => inner.reopen(spool, ranges)),
    linked: (stands) => void call('linked', async () => inner.linked(stands)),
    counters: () => counters,
    close: () => call('close', () => inner.close()),
  }
}
