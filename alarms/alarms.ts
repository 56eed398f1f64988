import type { Alarm, AlarmTransition, OnTransition } from '@civitals/contracts/alarm'
import type { AnomalyFact } from '@civitals/contracts/anomaly'
import type { IndicatorResult } from '@civitals/contracts/body'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { Approach } from '@civitals/contracts/forecast'
import { qualities } from '@civitals/contracts/quality'
import type { RegistryView } from '@civitals/contracts/registry'
import type { PendingEffect, SettlementBatch, SettlementStep } from '@civitals/contracts/settlement'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { type Acknowledgement, writeAcknowledgement } from './acknowledge.ts'
import { minutesUntil } from './engine/approach.ts'
import { Evaluation, type Plan } from './engine/evaluation.ts'
import { subjectKey } from './engine/id.ts'
import { isActive } from './engine/machine.ts'
import { SeenBook } from './engine/seen.ts'
import { type Machine, machineKey, type StoredMachine } from './engine/watch.ts'
import { Watches } from './engine/watches.ts'
import { retireAlarms } from './retire.ts'
import { loadRules } from './rules/io/shipped-rules.ts'
import type { Rule } from './rules/rule.ts'
import { isWritten, writeFindings } from './store/journal.ts'
import {
  type AlarmPage,
  type AlarmPeriod,
  type AlarmQuery,
  findAlarm,
  listAlarms,
  seriesPeriods,
} from './store/list.ts'
import { loadRuleStates, saveRuleStates, storedMachine } from './store/rule-states.ts'
import { loadSeen, saveSeen } from './store/seen.ts'

/** What the alarms need. `rules` default to the shipped ones; `latenessMs` to 15 min. */
export interface AlarmsOptions {
  readonly state: StateStore
  readonly registry: RegistryView
  readonly clock: Clock
  readonly onTransition: OnTransition<StateTx>
  readonly rules?: readonly Rule[]
  /** A reading older than this when it is received is late, whatever came before it. */
  readonly latenessMs?: number
}

/** One number the centre knows of a gateway, and words that go with an alarm it raises. */
export interface GatewayFact {
  readonly gateway: string
  /** As rules name it: `boxes`. */
  readonly fact: string
  readonly value: number
  readonly at: EpochMs
  readonly detail?: string
}

/** Told of every transition after it is durable, in order; must not throw. */
export type TransitionListener = (transition: AlarmTransition) => void

/** The alarms of one centre: evaluates settled readings and indicators, keeps occurrences, takes acknowledgements. */
export interface AlarmEngine {
  /** Series rules as a consumer of settled readings. */
  readonly step: SettlementStep<StateTx>
  readonly rules: readonly Rule[]
  /**
   * Indicator rules, and rules that warn ahead, on one evaluation of the body at `at`; undefined: nothing to write. Run `write`
   * in a state transaction, `committed` after it held, one evaluation at a time.
   */
  evaluateIndicators(
    results: readonly IndicatorResult[],
    at: EpochMs,
    approaches?: readonly Approach[],
  ): PendingEffect<StateTx> | undefined
  /** Rules on gateways, on facts that the centre found out at their `at`; as `evaluateIndicators`. */
  evaluateGateways(facts: readonly GatewayFact[]): PendingEffect<StateTx> | undefined
  /** Rules on series that are off their habits, as of the facts' `at`; as `evaluateIndicators`. */
  evaluateAnomalies(facts: readonly AnomalyFact[]): PendingEffect<StateTx> | undefined
  /** The alarm after it was acknowledged; acknowledging twice changes nothing. Rejects with CIV_ALARMS_UNKNOWN_ALARM. */
  acknowledge(id: string, by: string): Promise<Alarm>
  list(query?: AlarmQuery): Promise<AlarmPage>
  get(id: string): Promise<Alarm | undefined>
  /** When alarms on single series were active since `from`: what a baseline must not learn from. */
  seriesPeriods(from: EpochMs): Promise<readonly AlarmPeriod[]>
  /** Rules left out because a point is registered in another unit. */
  mismatches(): readonly string[]
  subscribe(listener: TransitionListener): Disposable
  close(): Promise<void>
}

/** Opens the alarms with what the state store remembers; live alarms of rules that are gone are reset. Rejects with CIV_ALARMS_RULES_INVALID. */
export async function openAlarms(options: AlarmsOptions): Promise<AlarmEngine> {
  const { state, clock, onTransition } = options
  const rules = options.rules ?? (await loadRules())
  await retireAlarms({ state, rules, at: clock.now(), onTransition })
  const watches = new Watches(rules, options.registry, await loadRuleStates(state), new SeenBook(await loadSeen(state)))
  return new Engine(options, rules, watches)
}

type Fill = (plan: Plan) => void

class Engine implements AlarmEngine {
  readonly rules: readonly Rule[]
  readonly #options: AlarmsOptions
  readonly #watches: Watches
  readonly #evaluation: Evaluation
  readonly #listeners = new Set<TransitionListener>()

  constructor(options: AlarmsOptions, rules: readonly Rule[], watches: Watches) {
    this.#options = options
    this.rules = rules
    this.#watches = watches
    this.#evaluation = new Evaluation(options.latenessMs ?? 15 * 60_000)
  }

  readonly step: SettlementStep<StateTx> = (batch) => this.#effect((plan) => this.#feedBatch(plan, batch))

  evaluateIndicators(
    results: readonly IndicatorResult[],
    at: EpochMs,
    approaches: readonly Approach[] = [],
  ): PendingEffect<StateTx> | undefined {
    return this.#effect((plan) => {
      for (const result of results) {
        if (!result.valid || result.value === null) continue
        const watch = this.#watches.ofIndicator(result)
        if (watch) this.#evaluation.feed(plan, watch, at, result.value, at)
      }
      for (const approach of approaches) {
        for (const { watch, reaches } of this.#watches.ofApproach(approach.terminal, approach.point))
          this.#evaluation.feed(plan, watch, at, minutesUntil(approach, reaches, at), at)
      }
    })
  }

  evaluateGateways(facts: readonly GatewayFact[]): PendingEffect<StateTx> | undefined {
    return this.#effect((plan) => {
      for (const { gateway, fact, value, at, detail } of facts) {
        const watch = this.#watches.ofGateway(gateway, fact)
        if (!watch) continue
        if (detail !== undefined) watch.detail = detail
        // Received when it was found out: nothing of it is ever late.
        this.#evaluation.feed(plan, watch, at, value, at)
      }
    })
  }

  evaluateAnomalies(facts: readonly AnomalyFact[]): PendingEffect<StateTx> | undefined {
    return this.#effect((plan) => {
      for (const { terminal, point, anomaly, hours, at } of facts) {
        const watch = this.#watches.ofAnomaly(terminal, point, anomaly)
        if (watch) this.#evaluation.feed(plan, watch, at, hours, at)
      }
    })
  }

  async acknowledge(id: string, by: string): Promise<Alarm> {
    const { state, clock, onTransition } = this.#options
    const done = await state.transaction((tx) => writeAcknowledgement(tx, { id, by, at: clock.now() }, onTransition))
    this.#adopt(done.machine)
    if (done.transition) this.#tell([done.transition])
    return done.alarm
  }

  async list(query: AlarmQuery = {}): Promise<AlarmPage> {
    const page = await listAlarms(this.#options.state, query)
    return { ...page, items: page.items.map((alarm) => this.#withNewestValue(alarm)) }
  }

  async get(id: string): Promise<Alarm | undefined> {
    const alarm = await findAlarm(this.#options.state, id)
    return alarm && this.#withNewestValue(alarm)
  }

  seriesPeriods(from: EpochMs): Promise<readonly AlarmPeriod[]> {
    return seriesPeriods(this.#options.state, from)
  }

  mismatches(): readonly string[] {
    return [...this.#watches.mismatches]
  }

  subscribe(listener: TransitionListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }

  #feedBatch(plan: Plan, batch: SettlementBatch): void {
    let terminal = ''
    let points: ReturnType<Watches['ofTerminal']>
    for (const envelope of batch.envelopes) {
      for (const reading of envelope.readings) {
        if (reading.terminal !== terminal) {
          terminal = reading.terminal
          points = this.#watches.ofTerminal(terminal)
        }
        if (!points || reading.value === null || !qualities[reading.quality].counts) continue
        const known = points.get(reading.point)
        const watch = known === undefined ? this.#watches.compile(terminal, reading.point, points) : known
        if (watch) this.#evaluation.feed(plan, watch, reading.at, reading.value, batch.receivedAt)
      }
    }
  }

  /** Evaluates at once and again inside the transaction should the store know more than memory did. */
  #effect(fill: Fill): PendingEffect<StateTx> | undefined {
    let plan = this.#evaluation.begin()
    fill(plan)
    if (plan.touched.length === 0) return undefined
    let written: readonly AlarmTransition[] = []
    const write = async (tx: StateTx): Promise<void> => {
      // A commit whose answer was lost: what was written stands, and judging the same values upon it would raise them once more.
      if (await isWritten(tx, written.at(-1))) return
      if (await this.#catchUp(tx, plan.changed)) {
        plan = this.#evaluation.begin()
        fill(plan)
      }
      written = await writeFindings(tx, plan.findings, this.#options.onTransition)
      await saveRuleStates(tx, plan.changed)
      await saveSeen(tx, this.#watches.seen.after(plan))
    }
    const committed = (): void => {
      this.#evaluation.commit(plan)
      this.#tell(written)
    }
    return { write, committed }
  }

  /** Takes over what acknowledgements wrote since memory was last in step; true when there was any. */
  async #catchUp(tx: StateTx, machines: readonly Machine[]): Promise<boolean> {
    let behind = false
    for (const machine of machines) {
      const stored = await storedMachine(tx, machine)
      if (!stored || stored.revision < machine.draftRevision) continue
      if (stored.revision > machine.revision) adopt(machine, stored)
      behind = true
    }
    return behind
  }

  #adopt(moved: Acknowledgement['machine']): void {
    if (!moved) return
    const [rule = '', subject = ''] = moved.key.split(' ')
    const watch = this.#watches.byKey(subject)
    const machine = watch?.live.find((one) => machineKey(one.compiled.rule.id, watch.key, one.lane) === moved.key)
    if (!machine) this.#watches.remember(machineKey(rule, subject, 'live'), moved.stored)
    else if (machine.revision < moved.stored.revision) adopt(machine, moved.stored)
  }

  #withNewestValue(alarm: Alarm): Alarm {
    if (!isActive(alarm.state)) return alarm
    const value = this.#watches.byKey(subjectKey(alarm.subject))?.value
    return value === undefined || value === null ? alarm : { ...alarm, value: Number.isFinite(value) ? value : null }
  }

  #tell(transitions: readonly AlarmTransition[]): void {
    for (const transition of transitions) for (const listener of this.#listeners) listener(transition)
  }
}

function adopt(machine: Machine, stored: StoredMachine): void {
  machine.state = stored.state
  machine.revision = stored.revision
}
