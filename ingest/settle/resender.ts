import type { Clock } from '@civitals/contracts/clock'
import type { Command, Reply } from '@civitals/contracts/command'
import { CivitalsError } from '@civitals/contracts/errors'
import { addInterval, type Intervals, intersection } from '@civitals/contracts/intervals'
import type { Resend } from '@civitals/contracts/ledger'
import type { StateStore } from '@civitals/storage/state'
import type { AccountDraft, SpoolAccount } from '../ledger/accounts.ts'
import { RejectTally } from '../ledger/reject-book.ts'
import {
  idOf,
  numberOf,
  openRanges,
  type ResendRecord,
  readNextResend,
  readOpenResends,
  resendOf,
  writeResends,
} from '../ledger/resends.ts'
import { writeAccounts } from '../ledger/store.ts'
import type { Heard } from './acknowledger.ts'
import type { Books } from './books.ts'
import type { Persistence } from './persist.ts'

/** What is wanted again. `ranges` absent: everything of the spool that is settled. */
export interface ResendRequest {
  readonly gateway: string
  readonly spool: string
  readonly ranges?: Intervals
  readonly by: string
  readonly why: string
}

export interface ResenderOptions {
  readonly books: Books
  readonly state: StateStore
  readonly clock: Clock
  readonly persistence: Persistence
  readonly acknowledger: { settled(gateways: Heard): void }
  readonly command: (gateway: string, payload: Uint8Array) => void
}

/** Open ranges of one spool: with them out an acknowledgement must still name everything else (32 ranges). */
export const mostReopened = 16
/** A command may be lost with its connection, and rows may go before they were sent: the same question again tells. */
export const askAgainEveryMs = 60_000

/**
 * Resends as an operation on the ledger: reopens ranges and logs who wanted them and why, asks the gateway until they have come, and
 * closes again what it does not hold any more. `open`, `ask`, `replied` and `review` must not run beside a settlement.
 */
export class Resender {
  readonly #options: ResenderOptions
  readonly #open = new Map<number, ResendRecord>()
  #next = 1

  constructor(options: ResenderOptions) {
    this.#options = options
  }

  /** Takes up what was open when the centre stopped. */
  async open(): Promise<void> {
    const { persistence, state } = this.#options
    this.#next = await persistence.until('state', () => readNextResend(state))
    for (const record of await persistence.until('state', () => readOpenResends(state)))
      this.#open.set(record.n, record)
  }

  /** Errors: CIV_INGEST_UNKNOWN_SPOOL, CIV_INGEST_NOTHING_SETTLED, CIV_INGEST_TOO_MANY_REOPENED. */
  async ask(request: ResendRequest): Promise<Resend> {
    const { books, clock } = this.#options
    const account = books.accounts.get(request.gateway, request.spool)
    const ranges = rangesToReopen(request, account)
    const record: ResendRecord = {
      n: this.#next,
      gateway: request.gateway,
      spool: request.spool,
      ranges: ranges.map(([from, to]) => [from, to]),
      by: request.by,
      why: request.why,
      at: clock.now(),
      missing: [],
      answeredAt: null,
      doneAt: null,
      refused: null,
    }
    const draft = books.accounts.draft(clock.now())
    for (const [from, to] of ranges) draft.reopen(record.gateway, record.spool, from, to)
    await this.#write(draft, [record])
    this.#next++
    this.#command(record)
    return resendOf(record, books.accounts)
  }

  /** What a gateway says to a command of ours; of others nothing is made. */
  async replied(gateway: string, reply: Reply): Promise<void> {
    const { acknowledger, books, clock } = this.#options
    const record = this.#open.get(numberOf(reply.id))
    if (!record || record.gateway !== gateway) return
    const missing = intersection(openRanges(record, books.accounts), reply.ok ? reply.missing : record.ranges)
    const draft = books.accounts.draft(clock.now())
    for (const [from, to] of missing) draft.close(gateway, record.spool, from, to)
    const answered: ResendRecord = {
      ...record,
      answeredAt: record.answeredAt ?? clock.now(),
      missing: missing
        .reduce((set, [from, to]) => addInterval(set, from, to), record.missing as Intervals)
        .map(([from, to]) => [from, to]),
      refused: reply.ok ? record.refused : reply.reason,
    }
    await this.#write(draft, [answered])
    if (missing.length > 0) acknowledger.settled(new Map([[gateway, new Map()]]))
    await this.review()
  }

  /** Notes which resends are done. */
  async review(): Promise<void> {
    const { books, clock } = this.#options
    const done = [...this.#open.values()].filter((record) => openRanges(record, books.accounts).length === 0)
    if (done.length === 0) return
    await this.#write(
      books.accounts.draft(clock.now()),
      done.map((record) => ({ ...record, doneAt: clock.now() })),
    )
  }

  /** Asks for what is open once more: of one gateway that has just come, or of all. */
  askAgain(gateway?: string): void {
    for (const record of this.#open.values()) {
      if (gateway === undefined || record.gateway === gateway) this.#command(record)
    }
  }

  get hasOpen(): boolean {
    return this.#open.size > 0
  }

  #command(record: ResendRecord): void {
    const ranges = openRanges(record, this.#options.books.accounts)
    if (ranges.length === 0) return
    const command: Command = {
      id: idOf(record.n),
      kind: 'resend',
      spool: record.spool,
      ranges: ranges.map(([from, to]) => [from, to]),
    }
    this.#options.command(record.gateway, new TextEncoder().encode(JSON.stringify(command)))
  }

  async #write(draft: AccountDraft, records: readonly ResendRecord[]): Promise<void> {
    const { books, persistence, state } = this.#options
    await persistence.until('state', () =>
      state.transaction(async (tx) => {
        await writeAccounts(tx, draft.changed())
        await writeResends(tx, records)
      }),
    )
    books.committed(draft, new RejectTally())
    for (const record of records) {
      if (record.doneAt === null) this.#open.set(record.n, record)
      else this.#open.delete(record.n)
    }
  }
}

/** The settled part of what is wanted. */
function rangesToReopen({ gateway, spool, ranges }: ResendRequest, account: SpoolAccount | undefined): Intervals {
  const context = { gateway, spool }
  if (!account) {
    throw new CivitalsError('CIV_INGEST_UNKNOWN_SPOOL', `Gateway ${gateway} has no spool ${spool}.`, { context })
  }
  const wanted = (ranges ?? account.settled).reduce<Intervals>((set, [from, to]) => addInterval(set, from, to), [])
  const settled = intersection(account.settled, wanted)
  if (settled.length === 0) {
    throw new CivitalsError('CIV_INGEST_NOTHING_SETTLED', 'Nothing of these ranges was settled.', { context })
  }
  const all = settled.reduce<Intervals>((set, [from, to]) => addInterval(set, from, to), account.reopened)
  if (all.length > mostReopened) {
    const message = `More than ${mostReopened} ranges of spool ${spool} would be open at once.`
    throw new CivitalsError('CIV_INGEST_TOO_MANY_REOPENED', message, { context })
  }
  return settled
}
