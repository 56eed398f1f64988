import type { Alarm } from '@civitals/contracts/alarm'
import type { BodyResult } from '@civitals/contracts/body'
import type { Case, Order } from '@civitals/contracts/case'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { ApiSources, HeardStatus, LiveEvent, StoreOutage } from '../sources.ts'

/** One browser. The hub never waits for it: what it does not read piles up in `bufferedBytes` until it is dropped. */
export interface StreamClient {
  write(text: string): void
  readonly bufferedBytes: number
  drop(): void
}

export interface HubOptions {
  /** Least time between two messages of one kind. Default 1000. */
  readonly everyMs?: number
  /** A client that has more than this unread is dropped; it comes back and fetches afresh. Default 1 MiB. */
  readonly maxBufferedBytes?: number
  /** Streams at once; one more is refused. Default 256. */
  readonly maxClients?: number
}

interface Pending {
  body?: BodyResult
  outage?: StoreOutage | null
  readonly readings: Map<string, Reading>
  readonly alarms: Map<string, Alarm>
  readonly orders: Map<string, Order>
  readonly cases: Map<string, Case>
  readonly statuses: Map<string, HeardStatus & { readonly gateway: string }>
}

const nothing = (): Pending => ({
  readings: new Map(),
  alarms: new Map(),
  orders: new Map(),
  cases: new Map(),
  statuses: new Map(),
})

/** Quiet line that keeps proxies from closing an idle stream. */
const heartbeatMs = 15_000

/**
 * Spreads what changes to every open stream, at most once a second: of each series, alarm, order, case and gateway only the
 * newest state travels, so what waits is bounded by what exists. Without a client it remembers nothing.
 */
export class LiveHub implements Disposable {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #maxBufferedBytes: number
  readonly #maxClients: number
  readonly #clients = new Set<StreamClient>()
  readonly #sources: Pick<ApiSources, 'health' | 'subscribe'>
  readonly #subscription: Disposable
  #pending = nothing()
  #flushTimer: Timer | undefined
  #heartbeat: Timer | undefined
  #dropped = 0

  constructor(sources: Pick<ApiSources, 'health' | 'subscribe'>, clock: Clock, options: HubOptions = {}) {
    this.#sources = sources
    this.#clock = clock
    this.#everyMs = options.everyMs ?? 1000
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 1 << 20
    this.#maxClients = options.maxClients ?? 256
    this.#subscription = sources.subscribe((event) => this.#take(event))
  }

  get facts(): { readonly clients: number; readonly dropped: number } {
    return { clients: this.#clients.size, dropped: this.#dropped }
  }

  /** Streams it takes at once. */
  get limit(): number {
    return this.#maxClients
  }

  /** Joins a client; undefined when the hub is full. Disposing takes it out again. */
  add(client: StreamClient): Disposable | undefined {
    if (this.#clients.size >= this.#maxClients) return undefined
    this.#clients.add(client)
    const hello = { now: this.#clock.now(), outage: outageOf(this.#sources.health().storeDown) }
    client.write(`retry: 2000\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`)
    this.#heartbeat ??= this.#clock.after(heartbeatMs, () => this.#beat())
    return { [Symbol.dispose]: () => this.#remove(client) }
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
    for (const client of [...this.#clients]) {
      this.#remove(client)
      client.drop()
    }
  }

  #remove(client: StreamClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#heartbeat?.cancel()
    this.#flushTimer?.cancel()
    this.#heartbeat = undefined
    this.#flushTimer = undefined
    this.#pending = nothing()
  }

  #take(event: LiveEvent): void {
    if (this.#clients.size === 0) return
    merge(this.#pending, event)
    this.#flushTimer ??= this.#clock.after(this.#everyMs, () => this.#flush())
  }

  #flush(): void {
    this.#flushTimer = undefined
    const text = printed(this.#pending)
    this.#pending = nothing()
    this.#send(text)
  }

  #beat(): void {
    this.#heartbeat = this.#clock.after(heartbeatMs, () => this.#beat())
    this.#send(': still here\n\n')
  }

  #send(text: string): void {
    for (const client of [...this.#clients]) {
      if (client.bufferedBytes <= this.#maxBufferedBytes) {
        client.write(text)
        continue
      }
      this.#dropped++
      this.#remove(client)
      client.drop()
    }
  }
}

function merge(pending: Pending, event: LiveEvent): void {
  switch (event.kind) {
    case 'body':
      pending.body = event.body
      return
    case 'readings':
      for (const reading of event.readings) keepNewest(pending.readings, reading)
      return
    case 'alarm':
      pending.alarms.set(event.alarm.id, event.alarm)
      return
    case 'order':
      pending.orders.set(event.order.id, event.order)
      return
    case 'case':
      pending.cases.set(event.case.id, event.case)
      return
    case 'outage':
      pending.outage = event.outage
      return
    case 'status':
      pending.statuses.set(event.gateway, { ...event.status, gateway: event.gateway })
  }
}

function keepNewest(readings: Map<string, Reading>, reading: Reading): void {
  const key = `${reading.terminal}/${reading.point}`
  const known = readings.get(key)
  if (!known || known.at <= reading.at) readings.set(key, reading)
}

function printed(pending: Pending): string {
  const { body, outage, ...lists } = pending
  const messages = body ? [message('body', body)] : []
  if (outage !== undefined) messages.push(message('outage', outage))
  for (const [kind, changed] of Object.entries(lists)) {
    if (changed.size > 0) messages.push(message(kind, [...changed.values()]))
  }
  return messages.join('')
}

const message = (kind: string, data: unknown): string => `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`

/** What of an outage leaves the centre: no text of an engine. */
export const outageOf = (down: StoreOutage | undefined): StoreOutage | null =>
  down ? { store: down.store, since: down.since } : null
