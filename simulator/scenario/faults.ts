/** What can be wrong with a terminal. */
export const faultKinds = ['silent', 'bad-crc', 'late-reply', 'spike'] as const
export type FaultKind = (typeof faultKinds)[number]

/** One fault of one terminal. */
export interface Fault {
  readonly terminal: string
  readonly kind: FaultKind
  /** late-reply: how much later than usual, ms. Default 2000. */
  readonly delayMs?: number
  /** spike: the point that jumps; default every point of the terminal. */
  readonly point?: string
  /** When it ends by itself, ms since 1970. */
  readonly until?: number
}

/** A fault as it was: what data of that time may be checked against. */
export interface FaultLabel {
  readonly terminal: string
  readonly kind: FaultKind
  readonly point?: string
  readonly from: number
  /** Absent while it lasts. */
  readonly to?: number
}

/** Labels that are kept; the oldest go first. */
const keptLabels = 1000

/** How a terminal answers just now. */
export interface Behaviour {
  readonly silent: boolean
  readonly badCrc: boolean
  readonly lateMs: number
}

const wellBehaved: Behaviour = { silent: false, badCrc: false, lateMs: 0 }

interface Begun extends Fault {
  readonly from: number
}

const labelOf = ({ terminal, kind, point, from }: Begun, to: number | undefined): FaultLabel => ({
  terminal,
  kind,
  from,
  ...(point !== undefined && { point }),
  ...(to !== undefined && { to }),
})

/** Faults in force and values held fast by hand; one fault of each kind per terminal. */
export class Disturbances {
  readonly #faults = new Map<string, Begun>()
  readonly #past: FaultLabel[] = []
  readonly #pins = new Map<string, number>()

  /** A new fault replaces one of the same kind on the same terminal. */
  set(fault: Fault, at: number): void {
    this.clear(fault.terminal, at, fault.kind)
    this.#faults.set(`${fault.terminal}/${fault.kind}`, { ...fault, from: at })
  }

  /** Ends one kind of fault of a terminal, or all of them. */
  clear(terminal: string, at: number, kind?: FaultKind): void {
    for (const each of kind ? [kind] : faultKinds) {
      const ended = this.#faults.get(`${terminal}/${each}`)
      if (!ended) continue
      this.#faults.delete(`${terminal}/${each}`)
      this.#past.push(labelOf(ended, Math.min(at, ended.until ?? at)))
      if (this.#past.length > keptLabels) this.#past.shift()
    }
  }

  /** Every fault there has been, oldest first; those in force last. */
  labels(at: number): FaultLabel[] {
    const now = [...this.#faults.values()].map((fault) =>
      labelOf(fault, fault.until !== undefined && fault.until <= at ? fault.until : undefined),
    )
    return [...this.#past, ...now]
  }

  /** Faults in force at `at`: the labels of what the wire shows then. */
  active(at: number): Fault[] {
    return [...this.#faults.values()].filter((fault) => fault.until === undefined || at < fault.until)
  }

  behaviour(terminal: string, at: number): Behaviour {
    if (this.#faults.size === 0) return wellBehaved
    const late = this.#fault(terminal, 'late-reply', at)
    return {
      silent: this.#fault(terminal, 'silent', at) !== undefined,
      badCrc: this.#fault(terminal, 'bad-crc', at) !== undefined,
      lateMs: late ? (late.delayMs ?? 2000) : 0,
    }
  }

  /** Whether the point shows a spike in this second: three seconds in ten do. */
  spiking(terminal: string, point: string, at: number): boolean {
    const fault = this.#fault(terminal, 'spike', at)
    return fault !== undefined && (fault.point ?? point) === point && Math.floor(at / 1000) % 10 < 3
  }

  /** Holds a point at a value, exactly; undefined lets it go. */
  pin(terminal: string, point: string, value: number | undefined): void {
    if (value === undefined) this.#pins.delete(`${terminal}/${point}`)
    else this.#pins.set(`${terminal}/${point}`, value)
  }

  pinned(terminal: string, point: string): number | undefined {
    return this.#pins.size === 0 ? undefined : this.#pins.get(`${terminal}/${point}`)
  }

  get pins(): { series: string; value: number }[] {
    return [...this.#pins].map(([series, value]) => ({ series, value }))
  }

  #fault(terminal: string, kind: FaultKind, at: number): Fault | undefined {
    const fault = this.#faults.get(`${terminal}/${kind}`)
    return fault && (fault.until === undefined || at < fault.until) ? fault : undefined
  }
}
