import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { SpoolBook } from './book.ts'
import type { PreviousSpool } from './gaps.ts'
import type { Spool, SpoolLimits, SpoolRow, WaitingRange } from './spool.ts'
import { type DropClass, type RowSummary, type SpoolState, type SpoolTable, sizeOf, type TableRow } from './table.ts'

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
    counters: () => book.counters(),
    close: async () => book.close(),
  }
}

interface KeptRow {
  readonly row: TableRow
  acknowledged: boolean
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
    this.#rows.set(row.seq, { row, acknowledged: false })
  }

  waiting(range: WaitingRange): SpoolRow[] {
    return this.#some(
      ({ row, acknowledged }) => !acknowledged && row.seq > range.after && row.seq < range.before,
      range.limit,
    ).map(({ seq, payload, committedAt, urgent }) => ({ seq, payload, committedAt, urgent }))
  }

  acknowledge(from: number, to: number): { envelopes: number; readings: number } {
    let [envelopes, readings] = [0, 0]
    for (const kept of this.#rows.values()) {
      if (kept.acknowledged || kept.row.seq < from || kept.row.seq > to) continue
      kept.acknowledged = true
      envelopes++
      readings += kept.row.readings
    }
    return { envelopes, readings }
  }

  oldest(kind: DropClass, before: number, limit: number): RowSummary[] {
    return this.#some(({ row, acknowledged }) => {
      if (row.seq >= before) return false
      return kind === 'acknowledged' ? acknowledged : !acknowledged && row.urgent === (kind === 'urgent')
    }, limit).map(summary)
  }

  expired(time: EpochMs, limit: number): RowSummary[] {
    return this.#some(({ row, acknowledged }) => acknowledged && row.committedAt < time, limit).map(summary)
  }

  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#rows.delete(seq)
  }

  transaction<T>(_durable: boolean, work: () => T): T {
    return work()
  }

  close(): void {}

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
