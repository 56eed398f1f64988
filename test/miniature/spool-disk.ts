// The disk of an edge box: what a spool has written and what of it is committed.
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { MemoryTable, memorySpool } from '../../gateway/spool/memory.ts'
import type { Spool, SpoolCounters, SpoolLimits } from '../../gateway/spool/spool.ts'
import type { SpoolTable } from '../../gateway/spool/table.ts'
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

/**
 * Keeps every transaction a spool made, each known to be flushed or not. A process that dies leaves all of them; a power cut takes
 * any number of the newest that no flush has followed. Reads are kept too: replaying them changes nothing, and a table may get new methods.
 */
export class SpoolDisk {
  /** While set, no transaction can be written. */
  full = false
  #history: Transaction[] = []
  #memory = new MemoryTable()

  /** The table as a new process finds it. */
  open(): SpoolTable {
    this.#memory = replay(this.#history)
    let calls: Call[] | undefined
    const transaction = <T>(durable: boolean, work: () => T): T => {
      calls = []
      try {
        const result = work()
        if (this.full) throw new Error('no space left on device')
        this.#history.push({ durable, calls })
        return result
      } catch (error) {
        this.#memory = replay(this.#history)
        throw error
      } finally {
        calls = undefined
      }
    }
    const handler: ProxyHandler<SpoolTable> = {
      get: (_target, name: string) => {
        if (name === 'transaction') return transaction
        return (...args: unknown[]) => {
          calls?.push({ name, args })
          return (this.#memory as unknown as Record<string, Method>)[name]?.call(this.#memory, ...args)
        }
      },
    }
    return new Proxy<SpoolTable>(this.#memory, handler)
  }

  powerCut(random: Random): void {
    const flushed = this.#history.findLastIndex(({ durable }) => durable) + 1
    const lost = random.below(this.#history.length - flushed + 1)
    this.#history = this.#history.slice(0, this.#history.length - lost)
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
  const inner = memorySpool({ id: newId, limits, clock, table: disk.open() as MemoryTable })
  const { random } = life.schedule
  let counters: SpoolCounters = inner.counters()
  let [servedAt, answeredAt] = [0, 0]
  const call = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      servedAt = Math.max(servedAt, life.schedule.now + random.between(0, longestFlushMs))
      life.after(servedAt - life.schedule.now, `spool ${name}`, () => {
        const done = work().catch((cause: unknown) => {
          throw new CivitalsError('CIV_GATEWAY_SPOOL_WRITE', String(cause), { retryable: true, cause })
        })
        done.catch(() => undefined)
        const counted = inner.counters()
        answeredAt = Math.max(answeredAt, life.schedule.now + random.between(0, longestAnswerMs))
        life.after(answeredAt - life.schedule.now, `spool ${name} done`, () => {
          counters = counted
          done.then(resolve, reject)
        })
      })
    })
  return {
    ...inner,
    append: (drafts) => call('append', () => inner.append(drafts)),
    waiting: (range) => call('waiting', () => inner.waiting(range)),
    acknowledge: (settled) => call('acknowledge', () => inner.acknowledge(settled)),
    linked: (stands) => void call('linked', async () => inner.linked(stands)),
    counters: () => counters,
    close: () => call('close', () => inner.close()),
  }
}
