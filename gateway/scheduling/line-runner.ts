import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { TerminalHealth } from '@civitals/contracts/status'
import { type PolledClass, type ProfilePoint, polledClasses } from '@civitals/firmware-bridge/profile'
import type { PlannedRead, PlanReading } from '@civitals/firmware-bridge/terminal-reader'
import type { PollPeriods } from '../config/settings.ts'
import type { TakenReading } from '../readings/reporter.ts'
import { type Priority, priorityOf } from './priority.ts'
import { ProbeBudget } from './probe-budget.ts'
import { type DuePoll, PollSchedule } from './schedule.ts'
import type { Task } from './task.ts'
import { type LineTerminal, TerminalState } from './terminal-state.ts'
import { TransactionQueue, type Wanted } from './transaction-queue.ts'

export interface LineRunnerOptions {
  readonly terminals: readonly LineTerminal[]
  readonly periods: PollPeriods
  readonly clock: Clock
  /** Transactions the line may carry at once; asked before each. Default 1. */
  readonly window?: () => number
  /** Quiet time of the line after a transaction that failed, ms: what a failed probe costs beside its time-out. Default 300. */
  readonly quietMs?: number
  /** Called for every transaction that says something of points, in the order they ended. Must not throw. */
  readonly onReading: (terminal: LineTerminal, reading: TakenReading & Pick<PlanReading, 'failure'>) => void
  /** Called when a terminal falls silent or answers again. */
  readonly onSilence?: (terminal: LineTerminal, silent: boolean) => void
}

/** Transactions people or commands may have waiting at once. */
export const mostAsked = 64
/** A plan that fails by its own fault is replaced at most so often at once. */
const mostReplans = 12

const classesOf = (points: readonly ProfilePoint[]): ReadonlySet<PolledClass> =>
  new Set(polledClasses.filter((name) => points.some((point) => point.class === name)))

const missing = (points: readonly ProfilePoint[]): TakenReading => ({
  values: {},
  quality: Object.fromEntries(points.map((point) => [point.id, 'comm_fail'] as const)),
})

/**
 * Works one line until stopped: polls on the grid of its schedule, probes of silent terminals, and what people ask for, one transaction
 * at a time or as many as its window allows. Two of one terminal run at once only where the line has no other and a window: it has shown then
 * that it answers them all.
 */
export class LineRunner {
  readonly #options: LineRunnerOptions
  #schedule: PollSchedule
  readonly #queue = new TransactionQueue<Task>()
  readonly #budget = new ProbeBudget()
  readonly #quietMs: number
  readonly #states = new Map<string, TerminalState>()
  readonly #busy = new Map<Wanted['unit'], number>()
  readonly #running = new Set<Promise<void>>()
  #probing = false
  #asked = 0
  #stopped = false
  #fault: { readonly error: unknown } | undefined
  #wakeUp: () => void = () => {}

  constructor(options: LineRunnerOptions) {
    this.#options = options
    this.#quietMs = options.quietMs ?? 300
    this.#schedule = new PollSchedule(options.periods, options.clock.mono())
    this.#schedule.addAll(options.terminals)
    for (const terminal of options.terminals) this.#states.set(terminal.id, new TerminalState(terminal))
  }

  get terminals(): readonly LineTerminal[] {
    return [...this.#states.values()].map(({ terminal }) => terminal)
  }

  /** Terminals that do not answer now. */
  get silent(): number {
    return [...this.#states.values()].filter(({ breaker }) => breaker.open).length
  }

  health(): readonly TerminalHealth[] {
    return [...this.#states.values()].map((state) => state.health())
  }

  /** Resolves when `signal` is aborted; never rejects for what happens on the line. */
  async run(signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#wakeUp()
    signal.addEventListener('abort', wake)
    while (!signal.aborted && !this.#fault) {
      this.#release()
      const next = this.#next()
      if (next) this.#begin(next, signal)
      else await this.#rest()
    }
    signal.removeEventListener('abort', wake)
    this.#stopped = true
    for (const task of this.#queue.remove(() => true)) task.drop('stopped')
    await Promise.all(this.#running)
    if (this.#fault) throw this.#fault.error
  }

  /**
   * Runs a transaction for a person or a command when its turn comes; `unit` keeps it from meeting another of the same terminal.
   * Rejects CIV_GATEWAY_LINE_BUSY (retryable) when too many wait or the line stops.
   */
  ask<T>(priority: Priority, unit: Wanted['unit'], work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#stopped || this.#asked >= mostAsked) return Promise.reject(busy(this.#stopped))
    this.#asked++
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const run = (signal: AbortSignal): Promise<void> => work(signal).then(resolve, reject)
    const dueAt = this.#options.clock.mono()
    this.#queue.add({ kind: 'asked', unit, priority, dueAt, run, drop: () => reject(busy(true)) })
    this.#wakeUp()
    return promise.finally(() => this.#asked--)
  }

  /** Takes in and gives up terminals while it runs. Those that stay the same object go on as if nothing had happened. */
  setTerminals(terminals: readonly LineTerminal[]): void {
    const kept = new Set(terminals.filter((one) => this.#states.get(one.id)?.terminal === one).map(({ id }) => id))
    for (const [id, state] of this.#states) {
      if (kept.has(id)) continue
      this.#states.delete(id)
      this.#schedule.remove(id)
      for (const task of this.#queue.remove((one) => one.state === state)) task.drop('removed')
    }
    for (const terminal of terminals) {
      if (kept.has(terminal.id)) continue
      this.#states.set(terminal.id, new TerminalState(terminal))
      this.#schedule.add(terminal.id, terminal.points, this.#options.clock.mono())
    }
    this.#wakeUp()
  }

  /** The line can be reached again after it could not: everything is read at once, and silent terminals are probed. */
  hasten(): void {
    const now = this.#options.clock.mono()
    this.#budget.forgive()
    for (const { terminal, breaker } of this.#states.values()) {
      breaker.hasten(now)
      this.#schedule.hasten(terminal.id, now)
    }
    this.#wakeUp()
  }

  /** Polls at other periods from now on; the first round reads everything. */
  setPeriods(periods: PollPeriods): void {
    this.#schedule = new PollSchedule(periods, this.#options.clock.mono())
    this.#schedule.addAll(this.terminals)
    this.#wakeUp()
  }

  /** Puts what is due now into the queue. */
  #release(): void {
    const now = this.#options.clock.mono()
    for (let due = this.#schedule.take(now); due; due = this.#schedule.take(now)) {
      const state = this.#states.get(due.terminal)
      if (state?.breaker.open) this.#options.onReading(state.terminal, missing(due.points))
      else if (state) this.#want(state, due)
    }
    this.#releaseProbe(now)
  }

  #want(state: TerminalState, { points, dueAt }: Pick<DuePoll, 'points' | 'dueAt'>, replans = 0): void {
    const { id, unit, reader } = state.terminal
    for (const plan of reader.plansFor(points)) {
      const classes = classesOf(plan.points)
      this.#schedule.began(id, classes)
      const done = (): void => this.#schedule.ended(id, classes)
      this.#queue.add({
        ...{ kind: 'poll', state, unit, priority: priorityOf(classes), dueAt },
        run: (signal) => this.#poll(state, plan, dueAt, replans, signal).finally(done),
        drop: (why) => {
          done()
          if (why === 'silent') this.#options.onReading(state.terminal, missing(plan.points))
        },
      })
    }
  }

  async #poll(
    state: TerminalState,
    plan: PlannedRead,
    dueAt: number,
    replans: number,
    signal: AbortSignal,
  ): Promise<void> {
    const reading = await state.terminal.reader.read(plan, signal)
    // What a terminal that was taken out meanwhile still said belongs to no configuration.
    if (signal.aborted || reading.failure?.kind === 'aborted' || !this.#knows(state)) return
    this.#note(state, reading)
    if (reading.again && replans < mostReplans) this.#want(state, { points: plan.points, dueAt }, replans + 1)
    else this.#options.onReading(state.terminal, reading)
  }

  #note(state: TerminalState, reading: Parameters<TerminalState['note']>[0]): void {
    const { clock, onSilence } = this.#options
    const wasOpen = state.breaker.open
    if (state.note(reading, clock.now(), clock.mono())) this.#schedule.hasten(state.terminal.id, clock.mono())
    const { open } = state.breaker
    if (open === wasOpen) return
    if (open) for (const task of this.#queue.remove((one) => one.state === state)) task.drop('silent')
    onSilence?.(state.terminal, open)
  }

  /** One probe at a time, of the terminal that is due longest. */
  #releaseProbe(now: number): void {
    if (this.#probing) return
    let state: TerminalState | undefined
    for (const one of this.#states.values()) {
      const { open, probeAt } = one.breaker
      if (open && probeAt <= now && (!state || probeAt < state.breaker.probeAt)) state = one
    }
    if (!state || !this.#budget.allows(now, this.#idleMs(now))) return
    const probed = state
    const plan = probed.terminal.reader.probe()
    if (!plan) return
    this.#probing = true
    const ended = (): void => {
      this.#probing = false
    }
    this.#queue.add({
      ...{ kind: 'probe', state: probed, unit: probed.terminal.unit, priority: 'probe', dueAt: now },
      run: (signal) => this.#probe(probed, plan, signal).finally(ended),
      drop: ended,
    })
  }

  async #probe(state: TerminalState, plan: PlannedRead, signal: AbortSignal): Promise<void> {
    const { clock, onReading } = this.#options
    const begin = clock.mono()
    const reading = await state.terminal.reader.read(plan, signal)
    const quietMs = reading.answered || reading.failure?.kind === 'link' ? 0 : this.#quietMs
    this.#budget.spent(clock.mono() - begin + quietMs, clock.mono())
    if (signal.aborted || reading.failure?.kind === 'aborted' || !this.#knows(state)) return
    this.#note(state, reading)
    if (reading.at !== undefined) onReading(state.terminal, reading)
  }

  /** How long nobody else wants the line. */
  #idleMs(now: number): number {
    if (this.#queue.size > 0 || this.#running.size > 0) return 0
    return (this.#schedule.nextDueAt() ?? Number.POSITIVE_INFINITY) - now
  }

  #next(): Task | undefined {
    const window = this.#options.window?.() ?? 1
    if (this.#running.size >= window) return undefined
    const mostOfOne = this.#states.size === 1 ? window : 1
    const now = this.#options.clock.mono()
    const resting = new Set<Wanted['unit']>()
    for (const { terminal, readyAt } of this.#states.values()) if (readyAt > now) resting.add(terminal.unit)
    return this.#queue.take((unit) => (this.#busy.get(unit) ?? 0) < mostOfOne && !resting.has(unit))
  }

  #begin({ unit, run }: Task, signal: AbortSignal): void {
    this.#busy.set(unit, (this.#busy.get(unit) ?? 0) + 1)
    const running = run(signal)
      .catch((error: unknown) => {
        this.#fault ??= { error }
      })
      .finally(() => {
        const others = (this.#busy.get(unit) ?? 1) - 1
        if (others > 0) this.#busy.set(unit, others)
        else this.#busy.delete(unit)
        this.#running.delete(running)
        this.#wakeUp()
      })
    this.#running.add(running)
  }

  /** Until something ends, is asked for, or falls due. */
  async #rest(): Promise<void> {
    const { clock } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakeUp = resolve
    const at = this.#nextAt(clock.mono())
    const timer = at === Number.POSITIVE_INFINITY ? undefined : clock.after(Math.max(0, at - clock.mono()), resolve)
    await promise
    timer?.cancel()
  }

  #nextAt(now: number): number {
    let at = this.#schedule.nextDueAt() ?? Number.POSITIVE_INFINITY
    for (const { breaker, readyAt } of this.#states.values()) {
      if (breaker.open && !this.#probing) at = Math.min(at, Math.max(breaker.probeAt, this.#budget.nextAt))
      if (readyAt > now && this.#queue.size > 0) at = Math.min(at, readyAt)
    }
    return at
  }

  #knows(state: TerminalState): boolean {
    return this.#states.get(state.terminal.id) === state
  }
}

const busy = (stopped: boolean): CivitalsError =>
  new CivitalsError('CIV_GATEWAY_LINE_BUSY', stopped ? 'the line stops' : `${mostAsked} transactions wait already`, {
    retryable: true,
  })
