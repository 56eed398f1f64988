import type { AlarmTransition } from '@civitals/contracts/alarm'
import type { Case, Order } from '@civitals/contracts/case'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { StateTx } from '@civitals/storage/state'
import type { AfterCommit } from './after-commit.ts'
import { evidenceOf, noticeOf } from './cases/alarm-notice.ts'
import { addEvidence, fileNotice, type Notice } from './cases/filing.ts'
import { type OrderStep, takeStep } from './cases/handling.ts'
import type { MatterList } from './matters/matter.ts'
import type { Endpoints } from './outbox/endpoints.ts'
import type { OutboxEvent } from './outbox/event.ts'
import { writeOutbox } from './outbox/outbox.ts'
import { findCases, findOrders } from './store/read.ts'

/** What the registrar works with. */
export interface RegistrarParts {
  readonly registry: RegistryView
  readonly clock: Clock
  readonly matters: MatterList
  readonly endpoints: Endpoints
  readonly afterCommit: AfterCommit
}

/** Writes reports, cases, orders and what other systems are told of them, always in the transaction it is given. */
export class Registrar {
  readonly #parts: RegistrarParts

  constructor(parts: RegistrarParts) {
    this.#parts = parts
  }

  /** An onset files a report; a return is evidence in the case, not its closure; both are told. */
  async transition(tx: StateTx, transition: AlarmTransition): Promise<void> {
    const { id, alarm, from, to, cause, at } = transition
    const by = transition.by === undefined ? {} : { by: transition.by }
    const data = async () => ({ alarm, from, to, cause, ...by })
    await this.#announce(tx, [{ key: id, type: `civitals.alarm.${cause}`, subject: alarm.id, time: at, data }])
    const notice = noticeOf(transition)
    if (notice) await this.file(tx, notice)
    if (cause !== 'return') return
    const caseId = await addEvidence(tx, { source: id, alarm: alarm.id, at, note: evidenceOf(transition) })
    if (caseId) await this.#announceCase(tx, 'evidence', id, caseId, at)
  }

  /** Files a report; the id of its case. Filing it again changes nothing. */
  async file(tx: StateTx, notice: Notice): Promise<string> {
    const { matters, registry, clock, afterCommit } = this.#parts
    const now = clock.now()
    const { kind, caseId, orderId } = await fileNotice(tx, { matters, registry, now }, notice)
    if (kind === 'known') return caseId
    await this.#announceCase(tx, kind, notice.id, caseId, now)
    if (orderId) {
      const data = async () => ({ order: await this.order(tx, orderId) })
      await this.#announce(tx, [{ key: orderId, type: 'civitals.order.dispatched', subject: orderId, time: now, data }])
    }
    afterCommit.touch({ order: orderId })
    return caseId
  }

  /** Takes one step with an order; the order as it is then. */
  async act(tx: StateTx, step: OrderStep): Promise<Order> {
    const { caseId, action, line, caseClosed } = await takeStep(tx, this.#parts.matters, step)
    const order = await this.order(tx, step.order)
    const data = async () => ({ order })
    const key = `${caseId}-${line}`
    await this.#announce(tx, [{ key, type: `civitals.order.${action}`, subject: step.order, time: step.at, data }])
    if (caseClosed) await this.#announceCase(tx, 'closed', key, caseId, step.at)
    this.#parts.afterCommit.touch({ case: caseId, order: step.order })
    return order
  }

  /** The case of an id that was just written, with its newest parts. */
  async case(tx: StateTx, id: string): Promise<Case> {
    const [found] = await findCases(tx, this.#parts.matters, [id])
    return found as Case
  }

  /** The order of an id that was just written. */
  async order(tx: StateTx, id: string): Promise<Order> {
    const [found] = await findOrders(tx, this.#parts.matters, [id])
    return found as Order
  }

  async #announceCase(
    tx: StateTx,
    what: 'opened' | 'joined' | 'evidence' | 'closed',
    key: string,
    caseId: string,
    time: EpochMs,
  ): Promise<void> {
    this.#parts.afterCommit.touch({ case: caseId })
    const data = async () => ({ case: await this.case(tx, caseId) })
    await this.#announce(tx, [{ key, type: `civitals.case.${what}`, subject: caseId, time, data }])
  }

  async #announce(tx: StateTx, events: readonly OutboxEvent[]): Promise<void> {
    const { endpoints, registry, clock, afterCommit } = this.#parts
    const desk = { targets: endpoints.enabled(), source: `/civitals/${registry.city.id}`, now: clock.now() }
    afterCommit.touch({ endpoints: await writeOutbox(tx, desk, events) })
  }
}
