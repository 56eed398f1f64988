/** Replies on a line without a single copy after which it is trusted to make none. */
const proof = 1000
/** Replies without a copy after which a line that made some is trusted again. */
const cure = 100_000
/** Replies that are remembered, of the whole line and of each request that was doubted. */
const mostRemembered = 16
const mostProven = 256

interface Given {
  readonly shape: string
  readonly sent: Buffer
  readonly frame: Buffer
  readonly at: number
}

/**
 * Some repeaters and radio bridges deliver a reply twice. The copy may arrive while the next request is under way, and when that
 * asks the same terminal for as many registers elsewhere, nothing in it tells that it is no answer. A line that never made a copy
 * is not slowed down for that; one that did keeps requests of one shape so far apart that no copy can live that long.
 * Until a line is known to be either, an answer that equals the one to another request is not taken at once: a second one may
 * follow, and if none does the question is put again.
 */
export class CopiedReplies {
  #given: Given[] = []
  #copying = false
  /** Replies since the last copy. */
  #clean = 0
  /** What requests that were put again were answered with, by the frame sent. */
  readonly #proven = new Map<string, Buffer>()

  /** Whether requests of one shape are kept apart now. */
  get copying(): boolean {
    return this.#copying
  }

  /** A reply was taken for the answer to the request frame `sent`, or is known to be late. */
  taken(shape: string, sent: Buffer, frame: Buffer, at: number): void {
    this.#clean++
    if (this.#copying && this.#clean >= cure) this.#copying = false
    if (this.#given.length >= mostRemembered) this.#given.shift()
    this.#given.push({ shape, sent, frame: Buffer.from(frame), at })
  }

  /** Whether the reply to `sent`, which was not kept apart, may be a copy of that to another request. */
  doubtful(shape: string, sent: Buffer, frame: Buffer): boolean {
    if (!this.#copying && this.#clean >= proof) return false
    const equal = (given: Given): boolean => given.shape === shape && given.frame.equals(frame)
    if (!this.#given.some((given) => equal(given) && !given.sent.equals(sent))) return false
    return !this.#proven.get(sent.toString('latin1'))?.equals(frame)
  }

  /** The request is put again, after a silence no copy outlives: with the same answer it is true. */
  putAgain(sent: Buffer, frame: Buffer): void {
    if (this.#proven.size >= mostProven) this.#proven.clear()
    this.#proven.set(sent.toString('latin1'), Buffer.from(frame))
  }

  /** How long a copy of the last reply of this shape may still come, where the line makes copies. */
  holdMs(shape: string, at: number, maxLateMs: number): number {
    if (!this.#copying) return 0
    const given = this.#given.findLast((one) => one.shape === shape)
    return given ? given.at + maxLateMs - at : 0
  }

  /** A good frame nobody waits for: notes when it is a copy. */
  heard(frame: Buffer): boolean {
    if (!this.#given.some((given) => given.frame.equals(frame))) return false
    this.seen()
    return true
  }

  /** The line made a copy. */
  seen(): void {
    this.#copying = true
    this.#clean = 0
  }

  /** The line was opened anew; whether it makes copies has not changed. */
  clear(): void {
    this.#given = []
  }
}
