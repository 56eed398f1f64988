/** Replies on a line without a single copy after which it is trusted to make none. */
const proof = 1000
/** Replies without a copy after which a line that made some is trusted again. */
const cure = 100_000
/** Replies of different shape that are remembered. */
const mostRemembered = 64

interface Given {
  readonly sent: Buffer
  readonly frame: Buffer
  readonly at: number
}

/**
 * Some repeaters and radio bridges deliver a reply twice. The copy may arrive while the next request is under way, and when that
 * asks the same terminal for as many registers elsewhere, nothing in it tells that it is no answer. A line that never made a copy
 * is not slowed down for that; one that did keeps requests of one shape so far apart that no copy can live that long.
 * Until a line is known to be either, an answer that equals the one before is taken only when no other comes in its time.
 */
export class CopiedReplies {
  readonly #given = new Map<string, Given>()
  #copying = false
  /** Replies since the last copy. */
  #clean = 0

  /** A reply was taken for the answer to the request frame `sent`. */
  taken(shape: string, sent: Buffer, frame: Buffer, at: number): void {
    this.#clean++
    if (this.#copying && this.#clean >= cure) this.#copying = false
    this.#given.delete(shape)
    this.#given.set(shape, { sent, frame: Buffer.from(frame), at })
    if (this.#given.size <= mostRemembered) return
    for (const oldest of this.#given.keys()) {
      this.#given.delete(oldest)
      return
    }
  }

  /** Whether the reply to `sent` may be a copy of that to another request: wait for a second one. */
  doubtful(shape: string, sent: Buffer, frame: Buffer): boolean {
    if (this.#copying || this.#clean >= proof) return false
    const given = this.#given.get(shape)
    return given ? given.frame.equals(frame) && !given.sent.equals(sent) : false
  }

  /** How long a copy of the last reply of this shape may still come, where the line makes copies. */
  holdMs(shape: string, at: number, maxLateMs: number): number {
    const given = this.#copying ? this.#given.get(shape) : undefined
    return given ? given.at + maxLateMs - at : 0
  }

  /** A good frame nobody waits for: notes when it is a copy. */
  heard(frame: Buffer): boolean {
    for (const given of this.#given.values()) {
      if (!given.frame.equals(frame)) continue
      this.seen()
      return true
    }
    return false
  }

  /** The line made a copy. */
  seen(): void {
    this.#copying = true
    this.#clean = 0
  }

  /** The line was opened anew; whether it makes copies has not changed. */
  clear(): void {
    this.#given.clear()
  }
}
