/** Keep-alive asks every 15 s; a word that comes behind nothing is late after this. */
const silenceMs = 25_000
const keepAliveMs = 15_000
/** Bytes in a millisecond: 1 kB/s until more is known, and the thinnest link that is waited for. */
const first = 1
const least = 0.1

/**
 * How fast a link carries, learned over its sessions: what lies on the way delays every word of the other side, and an envelope that takes longer
 * than the patience with it would begin anew for ever.
 */
export class LinkPace {
  #bytesPerMs = first

  /** So many bytes, with all that was under way before them, took so long until they were acknowledged. */
  carried(bytes: number, tookMs: number): void {
    this.#bytesPerMs = Math.max(bytes / Math.max(1, tookMs), this.#bytesPerMs / 2, least)
  }

  /** A session was given up in silence with something under way: perhaps too soon. */
  gaveUp(): void {
    this.#bytesPerMs = Math.max(least, this.#bytesPerMs / 2)
  }

  /** How long so many bytes may take. */
  timeFor(bytes: number): number {
    return bytes / this.#bytesPerMs
  }

  /** Bytes carried in so long. */
  carriesIn(ms: number): number {
    return ms * this.#bytesPerMs
  }

  /** Without a word for so long the link is half open, whatever the socket says. */
  silenceMs(bytesUnderWay: number): number {
    return Math.max(silenceMs, keepAliveMs + this.timeFor(bytesUnderWay))
  }
}
