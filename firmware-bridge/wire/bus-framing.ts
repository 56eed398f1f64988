import type { FrameCheck } from '../frames/frame.ts'
import type { Framing, Vain, Verdict } from './framing.ts'

/** The framings of a bus, by protocol. `Q` and `R`: any request and any reply of them. */
export type BusFramings<Q, R extends object> = Readonly<Record<string, Framing<Q, R>>>

/**
 * One line that carries terminals of several protocols, one transaction at a time. Each request goes out in the frames of its own
 * protocol. What comes is shown to every protocol spoken so far: only that of the request in flight can take it for an answer, the
 * others know their own late replies by it.
 */
export class BusFraming<Q, R extends object> implements Framing<Q, R> {
  readonly #framings: BusFramings<Q, R>
  readonly #protocolOf: (request: Q) => string
  readonly #spoken = new Map<string, Framing<Q, R>>()
  /** That of the last request. */
  #speaking: Framing<Q, R> | undefined

  /** `protocolOf` names one of `framings`. */
  constructor(framings: BusFramings<Q, R>, protocolOf: (request: Q) => string) {
    this.#framings = framings
    this.#protocolOf = protocolOf
  }

  begin(request: Q, id: number): Buffer {
    this.#speaking = this.#of(request)
    return this.#speaking.begin(request, id)
  }

  push(chunk: Buffer, at: number): readonly Verdict<R>[] {
    const speaking = this.#speaking
    if (speaking && this.#spoken.size === 1) return speaking.push(chunk, at)
    const own = speaking?.push(chunk, at) ?? []
    const others = [...this.#spoken.values()].filter((framing) => framing !== speaking)
    // The frames of one protocol are rubbish to every other.
    const theirs = others.flatMap((framing) => framing.push(chunk, at)).filter(({ kind }) => kind !== 'refused')
    const known = [...own, ...theirs].filter(({ kind }) => kind === 'reply' || kind === 'late' || kind === 'violation')
    if (known.length > 0) return known
    const foreign = [...own, ...theirs].find(({ kind }) => kind === 'foreign')
    return foreign ? [foreign] : own
  }

  abandon(id: number, at: number): Vain | undefined {
    let heard: Vain | undefined
    for (const framing of this.#spoken.values()) heard ??= framing.abandon(id, at)
    return heard
  }

  giveUp(): FrameCheck | undefined {
    return this.#speaking?.giveUp?.()
  }

  owes(request: Q, at: number): boolean {
    return this.#of(request).owes(request, at)
  }

  fence(request: Q): Q | undefined {
    return this.#of(request).fence?.(request)
  }

  holdMs(request: Q, at: number, maxLateMs: number): number {
    return this.#of(request).holdMs?.(request, at, maxLateMs) ?? 0
  }

  lastWord(id: number): 'again' | undefined {
    let last: 'again' | undefined
    for (const framing of this.#spoken.values()) last ??= framing.lastWord?.(id)
    return last
  }

  get held(): number {
    return [...this.#spoken.values()].reduce((sum, { held }) => sum + held, 0)
  }

  reset(): FrameCheck | undefined {
    const left = [...this.#spoken.values()].map((framing) => ({ framing, check: framing.reset() }))
    return left.find(({ framing }) => framing === this.#speaking)?.check
  }

  #of(request: Q): Framing<Q, R> {
    const protocol = this.#protocolOf(request)
    const spoken = this.#spoken.get(protocol)
    if (spoken) return spoken
    const framing = this.#framings[protocol]
    if (!framing) throw new TypeError(`no framing of ${protocol} on this line`)
    this.#spoken.set(protocol, framing)
    return framing
  }
}
