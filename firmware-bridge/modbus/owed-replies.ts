import type { ModbusRequest } from './line.ts'
import { isRead, replyBytes } from './pdu.ts'
import { findReply } from './rtu-frame.ts'

/** No terminal on a serial line is known to answer later than this; a serial server behind a slow network may. */
const latestMs = 2000
/** A late reply is looked for in this many bytes. */
const mostBytes = 512

interface Owed {
  readonly request: ModbusRequest
  readonly at: number
}

/**
 * Replies that did not come while somebody waited for them. The quarantine keeps away those that are a little late. One that
 * is later still has the unit, the function and the length that a request for other addresses expects, and nothing else to
 * tell it by: until it has come, or can come no more, such a request is not sent.
 */
export class OwedReplies {
  #owed: Owed[] = []
  #buffer: Buffer = Buffer.alloc(0)

  /** `heard`: what came in vain while the request was in flight; the late reply may begin in it. */
  add(request: ModbusRequest, at: number, heard: Buffer): void {
    this.#owed.push({ request, at })
    this.#buffer = heard
  }

  /** Bytes that came while no request was in flight. */
  heard(chunk: Buffer): void {
    if (this.#owed.length === 0) return
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    const paid = this.#owed.find(({ request }) => findReply(this.#buffer, request))
    if (paid) this.#owed = this.#owed.filter((owed) => owed !== paid)
    if (paid || this.#buffer.length > mostBytes) this.#buffer = Buffer.alloc(0)
  }

  /** A terminal answers in order: what it owed before a reply that cannot be mistaken will not come any more. */
  answered(request: ModbusRequest): void {
    this.#owed = this.#owed.filter((owed) => owed.request.unit !== request.unit || alike(owed.request, request))
  }

  couldAnswer(request: ModbusRequest, at: number): boolean {
    this.#owed = this.#owed.filter((owed) => at - owed.at < latestMs)
    return this.#owed.some((owed) => alike(owed.request, request) && !same(owed.request, request))
  }

  clear(): void {
    this.#owed = []
    this.#buffer = Buffer.alloc(0)
  }
}

const alike = (a: ModbusRequest, b: ModbusRequest): boolean =>
  a.unit === b.unit && a.function === b.function && replyBytes(a) === replyBytes(b)

const same = (a: ModbusRequest, b: ModbusRequest): boolean => isRead(a) && isRead(b) && a.address === b.address
