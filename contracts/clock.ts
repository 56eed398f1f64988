/** Milliseconds since 1970-01-01T00:00Z. */
export type EpochMs = number

/** A pending call; disposing it cancels it. Disposing twice is allowed. */
export interface Timer extends Disposable {
  cancel(): void
}

/** Time as the code sees it. Everything outside `io/` and `main.ts` takes one; tests use `FakeClock`. */
export interface Clock {
  /** Wall time; may step when the machine's clock is set. */
  now(): EpochMs
  /** Milliseconds that only ever grow, from an arbitrary start. For durations and timeouts. */
  mono(): number
  /** Calls `work` once, `delayMs` from now (>= 0). */
  after(delayMs: number, work: () => void): Timer
}

/** Resolves after `delayMs`; rejects with the signal's reason when aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}

interface Pending {
  readonly due: number
  readonly order: number
  readonly work: () => void
}

/** A clock that moves only when told. Timers due at the same instant fire in the order they were set. */
export class FakeClock implements Clock {
  #wall: EpochMs
  #mono = 0
  #order = 0
  readonly #pending = new Set<Pending>()

  constructor(startAt: EpochMs = Date.UTC(2026, 5, 12, 9, 0, 0)) {
    this.#wall = startAt
  }

  now(): EpochMs {
    return this.#wall
  }

  mono(): number {
    return this.#mono
  }

  after(delayMs: number, work: () => void): Timer {
    const entry: Pending = { due: this.#mono + Math.max(0, delayMs), order: this.#order++, work }
    this.#pending.add(entry)
    const cancel = (): void => {
      this.#pending.delete(entry)
    }
    return { cancel, [Symbol.dispose]: cancel }
  }

  /** Steps the wall clock alone, as setting a machine's clock does. */
  stepWall(byMs: number): void {
    this.#wall += byMs
  }

  /** Moves on by `byMs`, firing what falls due and letting promises settle between timers. */
  async advance(byMs: number): Promise<void> {
    const target = this.#mono + byMs
    await settlePromises()
    for (;;) {
      const next = this.#nextDue(target)
      if (!next) break
      this.#pending.delete(next)
      this.#moveTo(next.due)
      next.work()
      await settlePromises()
    }
    this.#moveTo(target)
  }

  /** Delay until the next timer, or undefined when none is set. */
  get nextTimerInMs(): number | undefined {
    const next = this.#nextDue(Number.POSITIVE_INFINITY)
    return next && next.due - this.#mono
  }

  #moveTo(mono: number): void {
    this.#wall += mono - this.#mono
    this.#mono = mono
  }

  #nextDue(until: number): Pending | undefined {
    let first: Pending | undefined
    for (const entry of this.#pending) {
      if (entry.due > until) continue
      if (!first || entry.due < first.due || (entry.due === first.due && entry.order < first.order)) first = entry
    }
    return first
  }
}

async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
