import { randomUUID } from 'node:crypto'
import type { OnTransition } from '@civitals/contracts/alarm'
import type { Case, Delivery, Order } from '@civitals/contracts/case'
import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import type { RegistryView } from '@civitals/contracts/registry'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { AfterCommit, type Touched } from './after-commit.ts'
import type { Notice } from './cases/filing.ts'
import { loadMatters } from './matters/io/shipped-matters.ts'
import type { MatterList } from './matters/matter.ts'
import { type DeliveryQuery, listDeliveries, requeue } from './outbox/deliveries.ts'
import { Dispatcher } from './outbox/dispatcher.ts'
import { Endpoints, type EndpointView, endpointUrl, type NewEndpoint, viewOf } from './outbox/endpoints.ts'
import { type AllowList, allowList } from './outbox/io/allow-list.ts'
import { type HttpSender, openHttpSender, type SendLimits } from './outbox/io/http-send.ts'
import type { Send } from './outbox/send.ts'
import { Registrar } from './registrar.ts'
import {
  findCase,
  findCases,
  findOrders,
  listCases,
  listOrders,
  type Page,
  reportTimes,
  type WorkQuery,
} from './store/read.ts'

/** The part of a logger that is used; pino fits. */
export interface Logger {
  warn(fields: object, message: string): void
}

/** What the order centre needs. `webhooks.allow`: host names, addresses and ranges messages may go to; everything else is refused. */
export interface WorkordersOptions {
  readonly state: StateStore
  readonly registry: RegistryView
  readonly clock: Clock
  readonly logger: Logger
  readonly webhooks: { readonly allow: readonly string[]; readonly limits?: SendLimits; readonly send?: Send }
  /** Default: the shipped matter list. */
  readonly matters?: MatterList
}

/** A report by a person or another system. `matter` must be on the matter list; without `site` it concerns the whole area. */
export interface ReportInput {
  readonly source: 'person' | 'system'
  readonly matter: string
  readonly site?: string
  readonly area?: string
  readonly text: string
  readonly at: EpochMs
  readonly by?: string
}

/** Something changed and is durable. */
export type WorkEvent =
  | { readonly kind: 'case'; readonly case: Case }
  | { readonly kind: 'order'; readonly order: Order }

/** The order centre: reports become cases, cases orders, and other systems are told. */
export interface Workorders {
  /** For the alarms: an onset files a report, a return is evidence, and both are told to the webhooks. */
  readonly onTransition: OnTransition<StateTx>
  readonly matters: MatterList
  /** The case a report was filed under. Rejects with CIV_WORKORDERS_UNKNOWN_MATTER or CIV_WORKORDERS_UNKNOWN_SITE. */
  fileReport(report: ReportInput): Promise<Case>
  /** Times of reports that no alarm made, from `from` on, oldest first. */
  reportTimes(from: EpochMs): Promise<readonly EpochMs[]>
  /** One step with an order: accept, handle, verify, rework, close. Rejects with CIV_WORKORDERS_UNKNOWN_ORDER or CIV_WORKORDERS_ILLEGAL_ACTION. */
  act(orderId: string, action: string, by: string, note?: string): Promise<Order>
  /** Lists carry the newest 20 reports and journal lines of a case; `case` carries all. */
  cases(query?: WorkQuery): Promise<Page<Case>>
  case(id: string): Promise<Case | undefined>
  orders(query?: WorkQuery): Promise<Page<Order>>
  order(id: string): Promise<Order | undefined>
  deliveries(query?: DeliveryQuery): Promise<Page<Delivery>>
  /** Adds a receiver; its secret is shown this once. Rejects with CIV_WORKORDERS_ENDPOINT_INVALID, _SECRET_INVALID, _EVENT_TYPE_UNKNOWN or _TARGET_REFUSED. */
  addEndpoint(endpoint: NewEndpoint): Promise<{ readonly id: string; readonly secret: string }>
  endpoints(): readonly EndpointView[]
  /** Delivers again under the same webhook-id. Rejects with CIV_WORKORDERS_UNKNOWN_DELIVERY. */
  replay(deliveryId: string): Promise<void>
  /** Told after the change is durable; must not throw. */
  subscribe(listener: (event: WorkEvent) => void): Disposable
  /** Ends deliveries under way; what is not recorded goes out after the next start. Close before the state store. */
  close(): Promise<void>
}

/** Opens the order centre and takes up what was left to deliver. Rejects with CIV_WORKORDERS_MATTERS_INVALID or CIV_WORKORDERS_ALLOW_LIST_INVALID. */
export async function openWorkorders(options: WorkordersOptions): Promise<Workorders> {
  const matters = options.matters ?? (await loadMatters())
  return new OrderCentre(options, matters, await Endpoints.open(options.state))
}

class OrderCentre implements Workorders {
  readonly matters: MatterList
  readonly #state: StateStore
  readonly #registry: RegistryView
  readonly #clock: Clock
  readonly #endpoints: Endpoints
  readonly #allowed: AllowList
  readonly #sender: HttpSender
  readonly #dispatcher: Dispatcher
  readonly #afterCommit: AfterCommit
  readonly #registrar: Registrar
  readonly #listeners = new Set<(event: WorkEvent) => void>()

  constructor(
    { state, registry, clock, logger, webhooks }: WorkordersOptions,
    matters: MatterList,
    endpoints: Endpoints,
  ) {
    const trouble = (error: unknown): void => logger.warn({ err: error }, 'outbox: the state store cannot be reached')
    this.matters = matters
    this.#state = state
    this.#registry = registry
    this.#clock = clock
    this.#endpoints = endpoints
    this.#allowed = allowList(webhooks.allow)
    this.#sender = openHttpSender(this.#allowed, webhooks.limits)
    const send = webhooks.send ?? this.#sender.send
    this.#dispatcher = new Dispatcher({ state, endpoints, clock, send, random: Math.random, trouble })
    this.#afterCommit = new AfterCommit(state, (touched) => this.#tell(touched), trouble)
    this.#registrar = new Registrar({ registry, clock, matters, endpoints, afterCommit: this.#afterCommit })
    this.#dispatcher.wake()
  }

  readonly onTransition: OnTransition<StateTx> = (tx, transition) => this.#registrar.transition(tx, transition)

  reportTimes(from: EpochMs): Promise<readonly EpochMs[]> {
    return reportTimes(this.#state.db, from)
  }

  async fileReport(report: ReportInput): Promise<Case> {
    const notice = this.#noticeOf(report)
    return this.#state.transaction(async (tx) => this.#registrar.case(tx, await this.#registrar.file(tx, notice)))
  }

  act(orderId: string, action: string, by: string, note?: string): Promise<Order> {
    const at = this.#clock.now()
    return this.#state.transaction((tx) => this.#registrar.act(tx, { order: orderId, action, by, note, at }))
  }

  cases(query: WorkQuery = {}): Promise<Page<Case>> {
    return listCases(this.#state.db, this.matters, query)
  }

  case(id: string): Promise<Case | undefined> {
    return findCase(this.#state.db, this.matters, id)
  }

  orders(query: WorkQuery = {}): Promise<Page<Order>> {
    return listOrders(this.#state.db, this.matters, query)
  }

  async order(id: string): Promise<Order | undefined> {
    return (await findOrders(this.#state.db, this.matters, [id]))[0]
  }

  deliveries(query: DeliveryQuery = {}): Promise<Page<Delivery>> {
    return listDeliveries(this.#state.db, query)
  }

  async addEndpoint(endpoint: NewEndpoint): Promise<{ readonly id: string; readonly secret: string }> {
    const refusal = this.#allowed.refusesHost(endpointUrl(endpoint.url).hostname)
    if (refusal) throw new CivitalsError('CIV_WORKORDERS_TARGET_REFUSED', refusal)
    const { id, secret } = await this.#endpoints.add(endpoint, this.#clock.now())
    this.#dispatcher.wake([id])
    return { id, secret }
  }

  endpoints(): readonly EndpointView[] {
    return this.#endpoints.all().map(viewOf)
  }

  async replay(deliveryId: string): Promise<void> {
    const endpoint = await requeue(this.#state, deliveryId, this.#clock.now())
    if (endpoint !== undefined) return this.#dispatcher.wake([endpoint])
    throw new CivitalsError('CIV_WORKORDERS_UNKNOWN_DELIVERY', `there is no delivery ${deliveryId}`)
  }

  subscribe(listener: (event: WorkEvent) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  async close(): Promise<void> {
    await this.#afterCommit.idle()
    await this.#dispatcher.close()
    this.#sender.close()
    this.#listeners.clear()
  }

  #noticeOf(report: ReportInput): Notice {
    const { source, matter, site, text, at } = report
    if (!this.matters.matter(matter)) {
      const near = nearest(
        matter,
        this.matters.matters.map(({ code }) => code),
      )
      const hint = near ? `; did you mean ${near}?` : ''
      throw new CivitalsError('CIV_WORKORDERS_UNKNOWN_MATTER', `${matter} is not on the matter list${hint}`)
    }
    const place = site === undefined ? undefined : this.#registry.site(site)
    if (site !== undefined && !place) throw new CivitalsError('CIV_WORKORDERS_UNKNOWN_SITE', `there is no site ${site}`)
    const area = place?.area ?? report.area ?? this.#registry.city.id
    return { id: `rep_${randomUUID()}`, source, matter, area, site, text, at, by: report.by ?? source }
  }

  async #tell({ cases, orders, endpoints }: Touched): Promise<void> {
    this.#dispatcher.wake(endpoints)
    if (this.#listeners.size === 0) return
    const changedCases = await findCases(this.#state.db, this.matters, [...cases])
    const changedOrders = await findOrders(this.#state.db, this.matters, [...orders])
    for (const listener of this.#listeners) {
      for (const one of changedCases) listener({ kind: 'case', case: one })
      for (const one of changedOrders) listener({ kind: 'order', order: one })
    }
  }
}
