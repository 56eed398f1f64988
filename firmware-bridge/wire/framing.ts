import type { FrameCheck } from '../frames/frame.ts'
import type { LineFailure } from './line.ts'

/** What a frame said in answer to a request; the time of its arrival is known only to the line. */
export type Reply<R extends object> = (R & { readonly ok: true }) | LineFailure

/** What received bytes came to. */
export type Verdict<R extends object> =
  /** The answer to request `id`. `bytes`: length of its frame, by which the line knows its time on the wire. */
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply<R>; readonly bytes: number }
  /** The stream has lost its frame boundaries: the line must be opened anew. */
  | { readonly kind: 'violation'; readonly check: FrameCheck; readonly detail: string }
  /** The reply to request `id`, which nobody waits for any more. It is thrown away; how late it was is learned. */
  | { readonly kind: 'late'; readonly id: number; readonly bytes: number }
  /** A good frame nobody asked for: of another unit, another master, or the copy of a reply. */
  | { readonly kind: 'foreign' }
  /** Bytes before a good frame, or many with none among them: no frame, by this check. */
  | { readonly kind: 'refused'; readonly check: FrameCheck }

/** What came while an answer was awaited in vain. */
export interface Vain {
  /** The check that bytes without a good frame failed; absent where all that came were good frames. */
  readonly check?: FrameCheck
  readonly detail: string
}

/**
 * How requests and replies stand in the byte stream of one line. `begin`, then `push` until it gives a verdict for that id, or
 * `abandon` says nobody waits any more. On a serial line one request is in flight at a time; a protocol whose replies name their request
 * may have several.
 */
export interface Framing<Q, R extends object> {
  /** The bytes to send. `id` names this request in verdicts and is never used twice. */
  begin(request: Q, id: number): Buffer
  /** Bytes from the line, in flight or not. `at`: monotonic milliseconds. */
  push(chunk: Buffer, at: number): readonly Verdict<R>[]
  /**
   * Nobody waits for the reply any more; it must not be taken for an answer when it still comes. Says what came in vain
   * since `begin`. For an id that is not in flight it does nothing. `at`: monotonic milliseconds.
   */
  abandon(id: number, at: number): Vain | undefined
  /** `begin` follows and throws away what came since the last frame: the check it failed, unless there is nothing or it was told already. */
  giveUp?(): FrameCheck | undefined
  /** Whether a reply that is still owed could be taken for the answer to `request`: then it must not be sent now. */
  owes(request: Q, at: number): boolean
  /**
   * A request to the same terminal that nothing owed can answer and that reads nothing `request` does not. Terminals answer in
   * order: once it is answered, what was owed has come or will not come. Undefined where there is none.
   */
  fence?(request: Q): Q | undefined
  /** How long a second copy of an earlier reply could still answer `request`, ms. `maxLateMs`: how late copies come. */
  holdMs?(request: Q, at: number, maxLateMs: number): number
  /** The time for `id` is up. 'again': something came that may be the answer; the question is to be put once more, after a quarantine. */
  lastWord?(id: number): 'again' | undefined
  /** Bytes kept for a frame that is not whole yet; never many. */
  readonly held: number
  /** The line was opened anew: nothing of the old stream counts. The check that what was left of it failed, as `giveUp` says it. */
  reset(): FrameCheck | undefined
}
