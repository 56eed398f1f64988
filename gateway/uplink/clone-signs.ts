import type { Settled } from '../spool/spool.ts'

/** How one attempt to deliver ended. */
export type SessionEnd =
  /** The centre does not let this box in because another one uses its id. */
  | { readonly kind: 'cloned' }
  /** No session was made for any other reason. */
  | { readonly kind: 'no session' }
  /** A session ended after `lastedMs`; `quietly`: by the other side, without an error of the link. */
  | { readonly kind: 'ended'; readonly lastedMs: number; readonly quietly: boolean }

/** A session that ends so soon ends for a reason. */
const shortMs = 30_000
/** So many short ones, one after the other and no attempt refused between: a broker that is down or restarts refuses some. */
const stormSessions = 5
const longWaitMs = 300_000

/** Gathers what tells a gateway that another box uses its id. Nothing here stops it from delivering; it only stops it from fighting. */
export class CloneSigns {
  #refused = false
  #short = 0
  #ahead = false

  ended(end: SessionEnd): void {
    this.#refused = end.kind === 'cloned'
    const short = end.kind === 'ended' && end.quietly && end.lastedMs < shortMs
    this.#short = short ? this.#short + 1 : 0
  }

  /** A session stands, for so long now. */
  stands(forMs: number): void {
    this.#refused = false
    if (forMs >= shortMs) this.#short = 0
  }

  /** The centre has settled numbers of our spool: only we give them. */
  acknowledged({ upTo, above }: Settled, newestSeq: number): void {
    if (Math.max(upTo, ...above.map(([, to]) => to)) > newestSeq) this.#ahead = true
  }

  /** What is wrong, in words for the person at the box; undefined while nothing points to another box. */
  get trouble(): string | undefined {
    if (this.#refused) return 'another box uses this id, and the centre keeps that one'
    if (this.#ahead) return 'another box uses this id and a copy of this spool, or the disk was set back'
    if (this.#short >= stormSessions) return 'perhaps another box uses this id: sessions end as soon as they begin'
    return undefined
  }

  /** How long to wait before the next attempt instead of the usual time; undefined: as usual. `random` in [0, 1). */
  waitMs(random: () => number): number | undefined {
    const fights = this.#refused || this.#short >= stormSessions
    return fights ? longWaitMs + random() * longWaitMs : undefined
  }
}
