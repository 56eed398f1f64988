import type { Clock } from '@civitals/contracts/clock'
import type { LineFailure } from './line.ts'
import type { Dial, Link } from './link.ts'
import { Reconnect } from './reconnect.ts'
import { aborted, type Transaction } from './transaction.ts'

export interface LinkKeeperParts {
  readonly dial: Dial
  readonly clock: Clock
  /** A new link stands; nothing has come over it yet. */
  readonly onOpen: () => void
  /** Bytes of the link that stands; those of one that was left are not told. */
  readonly onData: (chunk: Buffer) => void
  /** The link broke by itself, or `lose` was called: it is left already. */
  readonly onLost: (why: LineFailure) => void
}

const connectTimeoutMs = 3000

export const linkDown = (detail: string): LineFailure => ({ ok: false, kind: 'link', detail })

/** The one link of a line: opened when a request wants it, left when it fails, and then not opened again too soon. */
export class LinkKeeper {
  readonly #parts: LinkKeeperParts
  readonly #reconnect: Reconnect
  #link: Link | undefined
  /** What ended the last link or kept it from opening, while it waits before it is opened again. */
  #whyDown = ''
  #leaving: Promise<void> = Promise.resolve()
  #closed = false

  constructor(parts: LinkKeeperParts) {
    this.#parts = parts
    this.#reconnect = new Reconnect(parts.clock)
  }

  get isOpen(): boolean {
    return this.#link !== undefined
  }

  write(frame: Uint8Array): void {
    this.#link?.stream.write(frame)
  }

  /** Opens it for a transaction, whose end stops the dialling; undefined when it is open. */
  async open<Q, R extends object>(transaction: Transaction<Q, R>): Promise<LineFailure | undefined> {
    if (this.#link) return undefined
    if (this.#reconnect.dueInMs > 0) return linkDown(`waits before it is opened again: ${this.#whyDown}`)
    await this.#leaving
    if (transaction.ended) return aborted()
    const { clock, dial } = this.#parts
    const stop = new AbortController()
    const late = clock.after(connectTimeoutMs, () =>
      stop.abort(new Error(`no connection within ${connectTimeoutMs} ms`)),
    )
    transaction.onEnd = () => stop.abort()
    try {
      const link = await dial(stop.signal)
      if (this.#closed) this.#leaving = link.close()
      else this.#adopt(link)
      return undefined
    } catch (error) {
      if (transaction.ended) return aborted()
      this.#reconnect.failed()
      this.#whyDown = error instanceof Error ? error.message : String(error)
      return linkDown(this.#whyDown)
    } finally {
      late.cancel()
      transaction.onEnd = undefined
    }
  }

  /** It cannot be used any more: left, and not opened again at once. */
  lose(detail: string): void {
    if (!this.#link) return
    this.#reconnect.failed()
    this.#whyDown = detail
    this.leave()
    this.#parts.onLost(linkDown(detail))
  }

  /** Leaves the link, if there is one, without a word; the next `open` may follow at once. */
  leave(): void {
    const link = this.#link
    this.#link = undefined
    if (link) this.#leaving = link.close()
  }

  /** From now on a link that is still being opened is left as soon as it stands. */
  end(): void {
    this.#closed = true
    this.leave()
  }

  /** Resolves when the last link is gone. */
  gone(): Promise<void> {
    return this.#leaving
  }

  /** A reply came: the other side is well. */
  proven(): void {
    this.#reconnect.proven()
  }

  /** The other side has just shown itself: it may be dialled at once. */
  hasten(): void {
    this.#reconnect.hasten()
  }

  #adopt(link: Link): void {
    this.#link = link
    this.#parts.onOpen()
    const current = (then: () => void): void => void (link === this.#link && then())
    const lost = (detail: string) => (): void => current(() => this.lose(detail))
    link.stream.on('data', (chunk: Buffer) => current(() => this.#parts.onData(chunk)))
    link.stream.on('error', (error: Error) => current(() => this.lose(error.message)))
    link.stream.on('end', lost('closed by the other side'))
    link.stream.on('close', lost('closed'))
  }
}
