import type { ModbusRequest } from './line.ts'
import type { ModbusReply } from './pdu.ts'

/** What received bytes came to. */
export type Verdict =
  /** The answer to the request in flight. */
  | { readonly kind: 'reply'; readonly reply: ModbusReply }
  /** The stream has lost its frame boundaries: the line must be opened anew. */
  | { readonly kind: 'violation'; readonly detail: string }

/**
 * How requests and replies stand in the byte stream of one line. At most one request is in flight: `begin`, then `push` until
 * it gives a verdict or `abandon` says nobody waits any more.
 */
export interface Framing {
  /** The bytes to send. */
  begin(request: ModbusRequest): Buffer
  /** Bytes from the line, in flight or not; undefined while there is no verdict. */
  push(chunk: Buffer): Verdict | undefined
  /**
   * Nobody waits for the reply any more; it must not be taken for an answer when it still comes. Says so when bytes came in
   * vain since `begin`. Without a request in flight it does nothing. `at`: monotonic milliseconds.
   */
  abandon(at: number): string | undefined
  /** Whether a reply that is still owed could be taken for the answer to `request`: then it must not be sent now. */
  owes(request: ModbusRequest, at: number): boolean
  /** The line was opened anew: nothing of the old stream counts. */
  reset(): void
}
