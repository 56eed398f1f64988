import type { Alarm } from '@civitals/contracts/alarm'
import type { BodyResult } from '@civitals/contracts/body'
import type { Order } from '@civitals/contracts/case'
import type { Reading } from '@civitals/contracts/reading'
import type { Site } from '@civitals/contracts/registry'
import type { AreaView, CityInfo, HistoryPoint, PointView, SystemsAt, TerminalView } from '../../../api/shapes.ts'
import type { StoreOutage } from '../../../api/sources.ts'
import { act, read, readList } from './fetch.ts'

export type Connection = 'connecting' | 'live' | 'lost'

interface Hello {
  readonly now: number
  readonly outage?: StoreOutage | null
}

const day = 24 * 3_600_000

const seriesOf = (terminal: string, point: string): string => `${terminal}/${point}`

/**
 * Everything the page knows of the city: fetched at every (re)connection of the stream, kept current by it. One per page.
 * Values are replaced, never changed in place.
 */
class LiveCity {
  connection = $state<Connection>('connecting')
  /** The centre's time; ticks once a second. Ages are measured by it, so a wrong clock of the desk shows nothing wrong. */
  now = $state(Date.now())
  heardAt = $state(0)
  /** A store of the centre takes nothing: what is shown is in its memory only. */
  outage = $state.raw<StoreOutage | null>(null)
  info = $state.raw<CityInfo | undefined>()
  body = $state.raw<BodyResult | undefined>()
  areas = $state.raw<readonly AreaView[]>([])
  sites = $state.raw<ReadonlyMap<string, Site>>(new Map())
  terminals = $state.raw<ReadonlyMap<string, TerminalView>>(new Map())
  latest = $state.raw<ReadonlyMap<string, Reading>>(new Map())
  alarms = $state.raw<readonly Alarm[]>([])
  pastAlarms = $state.raw<readonly Alarm[]>([])
  orders = $state.raw<readonly Order[]>([])
  history = $state.raw<readonly HistoryPoint[]>([])
  systemsYesterday = $state.raw<Pick<SystemsAt, 'systems' | 'valid'>>({ systems: {}, valid: [] })

  #offset = 0
  #stream: EventSource | undefined

  get timeZone(): string {
    return this.info?.timeZone ?? 'Asia/Shanghai'
  }

  /** Opens the stream and begins to tick; the browser reconnects by itself. */
  start(): void {
    setInterval(() => {
      this.now = Date.now() + this.#offset
    }, 1000)
    setInterval(() => void this.#refreshSlow(), 60_000)
    const stream = new EventSource('/api/v1/stream')
    this.#stream = stream
    stream.addEventListener('hello', (event) => this.#connected(event))
    stream.addEventListener('error', () => {
      this.connection = this.heardAt === 0 ? 'connecting' : 'lost'
    })
    this.#on<BodyResult>('body', (body) => {
      this.body = body
    })
    this.#on<readonly Reading[]>('readings', (readings) => {
      this.latest = new Map([
        ...this.latest,
        ...readings.map((one) => [seriesOf(one.terminal, one.point), one] as const),
      ])
    })
    this.#on<StoreOutage | null>('outage', (outage) => {
      this.outage = outage
    })
    this.#on<readonly Alarm[]>('alarms', (changed) => {
      this.alarms = merged(this.alarms, changed, (alarm) => alarm.state !== 'normal')
      this.pastAlarms = merged(this.pastAlarms, changed, () => true)
    })
    this.#on<readonly Order[]>('orders', (changed) => {
      this.orders = merged(this.orders, changed, (order) => order.state !== 'closed')
    })
  }

  /** The newest reading of a series: from the stream, else from the first fetch. */
  reading(terminal: string, point: string): Reading | undefined {
    return this.latest.get(seriesOf(terminal, point))
  }

  point(terminal: string, point: string): PointView | undefined {
    return this.terminals.get(terminal)?.points.find((one) => one.id === point)
  }

  /** Acknowledges an alarm; throws what the centre said when it would not. */
  async acknowledge(id: string): Promise<void> {
    const alarm = await act<Alarm>(`/alarms/${encodeURIComponent(id)}/acknowledge`)
    this.alarms = merged(this.alarms, [alarm], (one) => one.state !== 'normal')
  }

  #on<T>(kind: string, take: (data: T) => void): void {
    this.#stream?.addEventListener(kind, (event) => {
      this.heardAt = Date.now() + this.#offset
      take(JSON.parse((event as MessageEvent<string>).data) as T)
    })
  }

  async #connected(event: Event): Promise<void> {
    const { now, outage } = JSON.parse((event as MessageEvent<string>).data) as Hello
    this.outage = outage ?? null
    this.#offset = now - Date.now()
    this.now = now
    this.heardAt = now
    this.connection = 'live'
    await Promise.all([this.#fetchNow(), this.#refreshSlow()])
  }

  /** One answer that fails leaves its part as it was and the others untouched. */
  async #fetchNow(): Promise<void> {
    await Promise.allSettled([
      read<CityInfo>('/city/info').then((info) => {
        this.info = info
      }),
      readList<TerminalView>('/terminals?limit=1000').then((terminals) => {
        this.terminals = new Map(terminals.map((terminal) => [terminal.id, terminal]))
        this.latest = new Map(terminals.flatMap(readingsOf))
      }),
      readList<Site>('/sites?limit=1000').then((sites) => {
        this.sites = new Map(sites.map((site) => [site.id, site]))
      }),
      readList<Alarm>('/alarms?limit=200').then((alarms) => {
        this.alarms = alarms
      }),
      readList<Order>('/orders?open=true&limit=200').then((orders) => {
        this.orders = orders
      }),
      // Before the first evaluation this is 503; the stream brings the body then.
      read<BodyResult>('/city').then((body) => {
        this.body = body
      }),
    ])
  }

  async #refreshSlow(): Promise<void> {
    const before = Math.round(this.now - day)
    await Promise.allSettled([
      readList<AreaView>('/areas?limit=1000').then((areas) => {
        this.areas = areas
      }),
      readList<HistoryPoint>(`/city/history?from=${before - 600_000}&every=10min`).then((history) => {
        this.history = history
      }),
      read<SystemsAt>(`/city/systems?at=${before}`).then((then) => {
        this.systemsYesterday = then
      }),
      readList<Alarm>('/alarms?state=all&limit=200').then((past) => {
        this.pastAlarms = past
      }),
    ])
  }
}

function readingsOf(terminal: TerminalView): readonly (readonly [string, Reading])[] {
  return terminal.points.flatMap(({ id, reading }) =>
    reading
      ? [
          [
            seriesOf(terminal.id, id),
            { terminal: terminal.id, point: id, at: reading.at, value: reading.value, quality: reading.quality },
          ] as const,
        ]
      : [],
  )
}

/** `list` with `changed` in it by id, and without those that are over. */
function merged<T extends { readonly id: string }>(
  list: readonly T[],
  changed: readonly T[],
  keep: (item: T) => boolean,
): readonly T[] {
  const byId = new Map(list.map((item) => [item.id, item]))
  for (const item of changed) byId.set(item.id, item)
  return [...byId.values()].filter(keep)
}

export const city = new LiveCity()
