/** Edges grow by a quarter of an octave from a quarter of a millisecond: 60 classes reach 8 s, each 19 % wide. */
const firstEdgeMs = 0.25
const perOctave = 4
const classes = 60
/** At this weight all counts are halved: the last 200 to 400 answers are what counts. */
const fullWeight = 400

/**
 * How long one terminal takes to begin its reply: a histogram with classes of equal ratio that forgets. Mean and deviation
 * would be smaller, but turnarounds come in steps (USB adapters deliver every 16 ms, terminals scan their inputs in cycles), for which
 * they say nothing of the slowest in a hundred, which is what a time-out must outlast.
 */
export class Turnaround {
  readonly #counts = new Float32Array(classes)
  #weight = 0
  #answers = 0

  /** Answers since it is known, forgotten ones included. */
  get answers(): number {
    return this.#answers
  }

  add(ms: number): void {
    const place = classOf(ms)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#answers++
    if (++this.#weight >= fullWeight) this.#forget()
  }

  /** The bound below which `share` of the answers came, ms; at most 19 % too high. 0 before the first. */
  within(share: number): number {
    if (this.#answers === 0) return 0
    let above = this.#weight * (1 - share)
    for (let place = classes - 1; place > 0; place--) {
      above -= this.#counts[place] ?? 0
      if (above < 0) return upperEdge(place)
    }
    return upperEdge(0)
  }

  #forget(): void {
    this.#weight = 0
    for (let place = 0; place < classes; place++) {
      const left = (this.#counts[place] ?? 0) / 2
      // Half an answer a thousand answers old is no answer.
      this.#counts[place] = left < 0.05 ? 0 : left
      this.#weight += this.#counts[place] ?? 0
    }
  }
}

const classOf = (ms: number): number =>
  ms <= firstEdgeMs ? 0 : Math.min(classes - 1, Math.ceil(Math.log2(ms / firstEdgeMs) * perOctave))

const upperEdge = (place: number): number => firstEdgeMs * 2 ** (place / perOctave)
