import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { SpoolBook } from './book.ts'
import type { PreviousSpool } from './gaps.ts'
import type { Spool, SpoolLimits, SpoolRow, WaitingRange } from './spool.ts'
import {
  type DropClass,
  type Marked,
  type RowSummary,
  type SpoolState,
  type SpoolTable,
  sizeOf,
  type TableRow,
} from './table.ts'

export interface MemorySpoolOptions {
  readonly id: string
  readonly limits: SpoolLimits
  readonly clock: Clock
  readonly previous?: PreviousSpool
  /** Rows of an earlier run; opening the same table again stands for a restart. */
  readonly table?: MemoryTable
}

/** A spool that forgets with its process: the twin of the SQLite spool for tests and for drills without a disk. */
export function memorySpool(options: MemorySpoolOptions): Spool {
  const book = new SpoolBook(options.table ?? new MemoryTable(), options.limits, options.id, options.previous)
  return {
    id: book.id,
    append: async (drafts) => book.append(drafts, options.clock.now()),
    waiting: async (range) => book.waiting(range),
    acknowledge: async (settled) => book.acknowledge(settled),
    reopen: async (spool, ranges) => book.reopen(spool, ranges),
    counters: () => book.counters(),
    close: async () => book.close(),
  }
}

interface KeptRow {
  readonly row: TableRow
  state: 'waiting' | 'acknowledged' | 'reopened'
}

/** Rows in a map, in seq order since seqs only grow. */
export class MemoryTable implements SpoolTable {
  readonly #rows = new Map<number, KeptRow>()
  #state: SpoolState | undefined

  load(): SpoolState | undefined {
    return this.#state
  }

  save(state: SpoolState): void {
    this.#state = state
  }

  insert(row: TableRow): void {
    this.#rows.set(row.seq, { row, state: 'waiting' })
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#some(
      ({ row, state }) => state !== 'acknowledged' && row.seq > range.after && row.seq < range.before,
      range.limit,
    ).map(({ seq, payload, committedAt, urgent }) => ({ seq, payload, committedAt, urgent }))
  }

  acknowledge(from: number, to: number): Marked {
    let [envelopes, readings, reopened] = [0, 0, 0]
    for (const kept of this.#between(from, to)) {
      if (kept.state === 'reopened') reopened++
      if (kept.state === 'waiting') {
        envelopes++
        readings += kept.row.readings
      }
      kept.state = 'acknowledged'
    }
    return { envelopes, readings, reopened }
  }

  reopen(from: number, to: number): number {
    const settled = this.#between(from, to).filter((kept) => kept.state === 'acknowledged')
    for (const kept of settled) kept.state = 'reopened'
    return settled.length
  }

  held(from: number, to: number): number[] {
    return this.#between(from, to).map(({ row }) => row.seq)
  }

  oldest(kind: DropClass, before: number, limit: number): RowSummary[] {
    return this.#some(({ row, state }) => {
      if (row.seq >= before) return false
      if (kind === 'acknowledged' || kind === 'reopened') return state === kind
      return state === 'waiting' && row.urgent === (kind === 'urgent')
    }, limit).map(summary)
  }

  expired(time: EpochMs, limit: number): RowSummary[] {
    return this.#some(({ row, state }) => state === 'acknowledged' && row.committedAt < time, limit).map(summary)
  }

  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#rows.delete(seq)
  }

  transaction<T>(_durable: boolean, work: () => T): T {
    return work()
  }

  close(): void {}

  #between(from: number, to: number): KeptRow[] {
    return [...this.#rows.values()].filter(({ row }) => row.seq >= from && row.seq <= to)
  }

  #some(fits: (kept: KeptRow) => boolean, limit: number): TableRow[] {
    const found: TableRow[] = []
    for (const kept of this.#rows.values()) {
      if (found.length >= limit) break
      if (fits(kept)) found.push(kept.row)
    }
    return found
  }
}

function summary({ payload, committedAt: _, ...row }: TableRow): RowSummary {
  return { ...row, size: sizeOf(payload.length) }
}
