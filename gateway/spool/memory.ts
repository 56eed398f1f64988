import type { Clock } from '@civitals/contracts/clock'
import { SpoolBook } from './book.ts'
import type { PreviousSpool } from './gaps.ts'
import { SpoolLineage } from './lineage.ts'
import { beforeAll, type Spool, type SpoolLimits, type SpoolRow, type WaitingRange } from './spool.ts'
import { type EndReason, inherit, type SoundRow, type Succession } from './succession.ts'
import {
  asGiven,
  type DropClass,
  type Marked,
  type RowStanding,
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
  readonly onSuccession?: (succession: Succession) => void
}

/** A spool that forgets with its process: the twin of the SQLite spool for tests and for drills without a disk. */
export function memorySpool(options: MemorySpoolOptions): Spool {
  const { clock, limits, onSuccession = () => {} } = options
  let table = options.table ?? new MemoryTable()
  const lineage = new SpoolLineage(new SpoolBook(table, limits, options.id, options.previous), {
    endedBy: (error) => (error instanceof TableEnded ? error.reason : undefined),
    succeed: ({ spool, reason, state }) => {
      const next = new MemoryTable()
      const rows = table.soundRows()
      const remains = { spool, reason, state, newest: 0, rows }
      const succession = inherit(next, successorId(spool), remains, clock.now())
      table = options.table ? options.table.become(next) : next
      return { book: new SpoolBook(table, limits, succession.to), succession }
    },
    onSuccession,
  })
  return {
    get id() {
      return lineage.book.id
    },
    append: async (drafts) => lineage.serve((book) => book.append(drafts, clock.now(), clock.mono())),
    waiting: async (range) => lineage.serve((book) => book.waiting(range)),
    acknowledge: async (settled, spool) => lineage.serve((book) => book.acknowledge(settled, spool)),
    reopen: async (spool, ranges) => lineage.serve((book) => book.reopen(spool, ranges)),
    linked: (stands) => lineage.book.linked(stands),
    counters: () => lineage.book.counters(),
    close: async () => lineage.close(),
  }
}

/** Ids of a memory spool follow from each other, so that a run can be repeated. */
const successorId = (spool: string): string => {
  const [, stem, count] = /^(.*?)(?:-(\d+))?$/.exec(spool) ?? []
  return `${stem}-${Number(count ?? 1) + 1}`
}

/** What the engine's errors are to the SQLite table. */
export class TableEnded extends Error {
  readonly reason: EndReason

  constructor(reason: EndReason) {
    super(reason)
    this.reason = reason
  }
}

interface KeptRow {
  readonly row: TableRow
  state: RowStanding
}

/** Rows in a map, in seq order since seqs only grow. */
export class MemoryTable implements SpoolTable {
  #rows = new Map<number, KeptRow>()
  #state: SpoolState | undefined
  readonly #garbled = new Set<number>()
  #failsNext = false

  /** From now on the bytes of these rows are not what was written. */
  garble(...seqs: readonly number[]): void {
    for (const seq of seqs) this.#garbled.add(seq)
  }

  /** The next durable transaction is written and its flush fails: whether it is on the disk nobody knows. */
  failNextFlush(): void {
    this.#failsNext = true
  }

  *soundRows(): Iterable<SoundRow> {
    for (const { row, state } of this.#rows.values()) if (!this.#garbled.has(row.seq)) yield { ...row, standing: state }
  }

  /** The file is another one now, under the same name. */
  become(next: MemoryTable): this {
    this.#rows = next.#rows
    this.#state = next.#state
    this.#garbled.clear()
    return this
  }

  load(): SpoolState | undefined {
    return this.#state
  }

  save(state: SpoolState): void {
    this.#state = state
  }

  insert(row: TableRow, standing: RowStanding = 'waiting'): void {
    this.#rows.set(row.seq, { row, state: standing })
  }

  waiting(range: WaitingRange): SpoolRow[] {
    const rows = this.#some(
      ({ row, state }) => state !== 'acknowledged' && row.seq > range.after && row.seq < range.before,
      range.limit,
    )
    if (rows.some(({ seq }) => this.#garbled.has(seq))) throw new TableEnded('damaged file')
    return rows.map(asGiven)
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

  oldest(kind: DropClass, before: number, limit: number, from: number = beforeAll): RowSummary[] {
    return this.#some(({ row, state }) => {
      if (row.seq < from || row.seq >= before) return false
      if (kind === 'acknowledged' || kind === 'reopened') return state === kind
      return state === 'waiting' && row.class === kind
    }, limit).map(summary)
  }

  read(seqs: readonly number[]): TableRow[] {
    if (seqs.some((seq) => this.#garbled.has(seq))) throw new TableEnded('damaged file')
    return seqs.flatMap((seq) => this.#rows.get(seq)?.row ?? [])
  }

  replace(row: TableRow): void {
    this.#rows.set(row.seq, { row, state: 'waiting' })
  }

  expired(age: number, limit: number): RowSummary[] {
    return this.#some(({ row, state }) => state === 'acknowledged' && row.age < age, limit).map(summary)
  }

  remove(seqs: readonly number[]): void {
    for (const seq of seqs) this.#rows.delete(seq)
  }

  transaction<T>(durable: boolean, work: () => T): T {
    const result = work()
    if (durable && this.#failsNext) {
      this.#failsNext = false
      throw new TableEnded('disk error')
    }
    return result
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
