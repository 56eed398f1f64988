import type { ModbusRequest } from './line.ts'
import { replyEnd, replyShape } from './rtu-frame.ts'

/** Later than this no terminal or serial server is expected to answer. */
const forgetMs = 60_000
/** Replies that are remembered as owed at once. */
const mostOwed = 64

interface Owed {
  /** The line's name for the request; undefined when another master asked. */
  readonly id: number | undefined
  readonly request: ModbusRequest
  readonly shape: string
  readonly at: number
  /** How many requests had been sent when it became owed. */
  readonly turn: number
}

/**
 * Replies that did not come while somebody waited for them, and those another master is waiting for. The quarantine keeps away
 * those that are a little late. One that is later still has the unit, the function and the length that a request for other
 * addresses expects, and nothing else to tell it by.
 */
export class OwedReplies {
  #owed: Owed[] = []
  #turn = 0

  /** A request is sent now. */
  sent(): void {
    this.#turn++
  }

  add(request: ModbusRequest, at: number, id?: number): void {
    this.#owed = this.#owed.filter((owed) => at - owed.at < forgetMs).slice(1 - mostOwed)
    this.#owed.push({ id, request, shape: replyShape(request), at, turn: this.#turn })
  }

  /** Whose reply the good frame `bytes[from..to)` is; it is owed no more. */
  paid(bytes: Buffer, from: number, to: number): Pick<Owed, 'id' | 'request'> | undefined {
    const owed = this.#owed.find(({ request }) => replyEnd(bytes, from, request) === to)
    if (owed) this.#keep((other) => other !== owed)
    return owed
  }

  /** The newest reply owed that could answer `request`. */
  alike(request: ModbusRequest): { readonly request: ModbusRequest; readonly at: number } | undefined {
    if (this.#owed.length === 0) return undefined
    const shape = replyShape(request)
    return this.#owed.findLast((owed) => owed.shape === shape)
  }

  /**
   * The last request was answered. A terminal answers in order: what it owed before that request will not come any more, unless the reply
   * may have been just that. What another master asked meanwhile comes after it.
   */
  answered(request: ModbusRequest): void {
    if (this.#owed.length === 0) return
    const shape = replyShape(request)
    this.#keep((owed) => owed.request.unit !== request.unit || owed.turn >= this.#turn || owed.shape === shape)
  }

  /**
   * A refusal names the function and nothing else: it may answer `request`, or what was owed of that function before it. So the
   * oldest of them is owed no more, and `request` itself may be.
   */
  refused(request: ModbusRequest, at: number): void {
    const { unit, function: asked } = request
    const oldest = this.#owed.find((owed) => owed.request.unit === unit && owed.request.function === asked)
    if (!oldest) {
      this.answered(request)
      return
    }
    this.#keep((owed) => owed !== oldest)
    this.add(request, at)
  }

  #keep(owed: (owed: Owed) => boolean): void {
    this.#owed = this.#owed.filter(owed)
  }
}
