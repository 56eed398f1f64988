import type { Framing, Verdict } from './framing.ts'

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

  /** `protocolOf` names one of `framings`. */
  constructor(framings: BusFramings<Q, R>, protocolOf: (request: Q) => string) {
    this.#framings = framings
    this.#protocolOf = protocolOf
  }

  begin(request: Q, id: number): Buffer {
    return this.#of(request).begin(request, id)
  }

  push(chunk: Buffer, at: number): readonly Verdict<R>[] {
    const [only] = this.#spoken.values()
    if (only && this.#spoken.size === 1) return only.push(chunk, at)
    const verdicts = [...this.#spoken.values()].flatMap((framing) => framing.push(chunk, at))
    // The answer to one protocol is a frame of nobody's to no other; a foreign frame is counted once.
    const known = verdicts.filter(({ kind }) => kind !== 'foreign')
    return known.length > 0 ? known : verdicts.slice(0, 1)
  }

  abandon(id: number, at: number): string | undefined {
    let heard: string | undefined
    for (const framing of this.#spoken.values()) heard ??= framing.abandon(id, at)
    return heard
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

  reset(): void {
    for (const framing of this.#spoken.values()) framing.reset()
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
