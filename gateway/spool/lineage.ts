import { CivitalsError } from '@civitals/contracts/errors'
import type { SpoolBook } from './book.ts'
import type { EndReason, Succession } from './succession.ts'
import type { SpoolState } from './table.ts'

/** A table that cannot be used any more, and what was known of it. */
export interface Ended {
  readonly spool: string
  readonly reason: EndReason
  readonly state: SpoolState | undefined
}

export interface Lineage {
  /** What an error says of the table: it cannot be used any more, or undefined: nothing. */
  readonly endedBy: (error: unknown) => EndReason | undefined
  /** Makes the successor, durable when it returns, and opens it. Throws what the disk says, having changed nothing. */
  readonly succeed: (ended: Ended) => { readonly book: SpoolBook; readonly succession: Succession }
  readonly onSuccession: (succession: Succession) => void
}

/**
 * A spool that goes on when its file does not. A call whose table fails under it is done again by the successor; until one can be made, every
 * call is refused, and the next tries again: what was refused was never reported as produced. A table is never used after it failed: a
 * flush that failed once may seem to succeed the second time without anything on the disk.
 */
export class SpoolLineage {
  readonly #lineage: Lineage
  #book: SpoolBook | undefined
  #ended: Ended | undefined
  #last: SpoolBook

  constructor(book: SpoolBook, lineage: Lineage) {
    this.#book = book
    this.#last = book
    this.#lineage = lineage
  }

  /** The newest book; its accounts stand while there is no successor yet. */
  get book(): SpoolBook {
    return this.#last
  }

  serve<T>(work: (book: SpoolBook) => T): T {
    const book = this.#book ?? this.#successor()
    try {
      return work(book)
    } catch (error) {
      const reason = this.#lineage.endedBy(error)
      if (reason === undefined) throw error
      this.#book = undefined
      this.#ended = { spool: book.id, reason, state: book.state }
      return work(this.#successor())
    }
  }

  close(): void {
    this.#book?.close()
  }

  #successor(): SpoolBook {
    const ended = this.#ended
    if (!ended) throw new CivitalsError('CIV_GATEWAY_SPOOL_CLOSED', 'the spool is closed')
    const { book, succession } = this.#lineage.succeed(ended)
    this.#book = book
    this.#last = book
    this.#ended = undefined
    this.#lineage.onSuccession(succession)
    return book
  }
}
