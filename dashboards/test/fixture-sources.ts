// ApiSources over the fixture city: what cli does with real engines, here with formulas.
import type { Alarm } from '@civitals/contracts/alarm'
import type { Case, Delivery, Order } from '@civitals/contracts/case'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Reading } from '@civitals/contracts/reading'
import type { City, RegistryView, Terminal } from '@civitals/contracts/registry'
import type { ApiSources, LiveEvent } from '../api/sources.ts'
import { fixtureBody } from './fixture-body.ts'
import { depthAt, valueAt } from './fixture-values.ts'

export interface FixtureOptions {
  readonly city: City
  readonly clock: Clock
  /** When the storm began; far in the future for a calm day. */
  readonly stormAt: number
}

export interface Fixture {
  readonly sources: ApiSources
  emit(event: LiveEvent): void
}

const minute = 60_000

export function registryOf(city: City): RegistryView {
  const terminals = [...city.terminals]
  const find = <T extends { id: string }>(list: readonly T[], id: string): T | undefined =>
    list.find((one) => one.id === id)
  return {
    city,
    areas: () => city.areas,
    sites: () => city.sites,
    gateways: () => city.gateways,
    terminals: () => terminals,
    terminal: (id) => find(terminals, id),
    point: (id, point) => find(find(terminals, id)?.points ?? [], point),
    site: (id) => find(city.sites, id),
    area: (id) => find(city.areas, id),
    gateway: (id) => find(city.gateways, id),
  }
}

const unknown = (what: string, id: string): CivitalsError =>
  new CivitalsError('CIV_WORKORDERS_UNKNOWN', `there is no ${what} ${id}`)

export function fixtureSources({ city, clock, stormAt }: FixtureOptions): Fixture {
  const listeners = new Set<(event: LiveEvent) => void>()
  const registry = registryOf(city)
  const now = (): number => clock.now()
  const storm = (at: number): number => (at - stormAt) / minute
  const alarms = new Map(fixtureAlarms(now(), storm(now())).map((alarm) => [alarm.id, alarm]))
  const orders = fixtureOrders(now())
  const readingOf = (terminal: Terminal, point: string, place: number): Reading => {
    const at = now() - ((place * 1700) % Math.min(terminal.reportEveryMs, 20_000))
    const silent = terminal.id === 'traffic-06'
    const value = silent ? null : valueAt(terminal, point, at, storm)
    return {
      terminal: terminal.id,
      point,
      at: terminal.id === 'lamp-05' ? at - 4 * 3_600_000 : at,
      value,
      quality: silent ? 'comm_fail' : 'good',
    }
  }
  const emit = (event: LiveEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const sources: ApiSources = {
    registry,
    city: () => fixtureBody(now(), storm(now())),
    towns: () => [
      { area: '440607001', score: depthAt(storm(now())) > 12 ? 64 : 81, grade: depthAt(storm(now())) > 12 ? 'C' : 'B' },
      { area: '440607004', score: 76, grade: 'B' },
    ],
    scoreHistory: async ({ from, to, everyMs = 10 * minute }) => {
      const points = []
      for (let at = from; at < to; at += everyMs) {
        const base = 77 + 4 * Math.sin((at / 3_600_000 / 12) * Math.PI) + Math.sin(at / 1.7e6)
        const score = Math.round(at > stormAt ? (fixtureBody(at, storm(at)).score ?? 0) : base)
        points.push({ at, score, low: score - 4, high: score + 3 })
      }
      return points
    },
    systemsAt: async () => ({
      NERV: 83,
      SENS: 76,
      RESP: 68,
      META: 79,
      DIGE: 87,
      PSYC: 74,
      CIRC: 76,
      IMMU: 88,
      RENL: 88,
    }),
    latest: () =>
      registry
        .terminals()
        .flatMap((terminal, place) => terminal.points.map((point) => readingOf(terminal, point.id, place))),
    statuses: () =>
      new Map(
        city.gateways.map(({ id }) => [
          id,
          { online: true, at: now() - 4000, receivedAt: now() - 3900, version: '0.1.0' },
        ]),
      ),
    readings: async ({ terminal, point, from, to, everyMs = minute, limit = 10_000 }) => {
      const found = registry.terminal(terminal)
      const rows = []
      for (
        let at = Math.ceil(from / everyMs) * everyMs;
        at < Math.min(to, now()) && rows.length < limit;
        at += everyMs
      ) {
        if (found) rows.push({ at, value: valueAt(found, point, at, storm), quality: 'good' as const })
      }
      return rows
    },
    alarms: async ({ state, limit }) => ({
      items: [...alarms.values()].filter((alarm) => state === 'all' || alarm.state !== 'normal').slice(0, limit),
      next: null,
    }),
    acknowledge: async (id, by) => {
      const alarm = alarms.get(id)
      if (!alarm) throw unknown('alarm', id)
      const acknowledged: Alarm = {
        ...alarm,
        state: alarm.state === 'returned' ? 'normal' : 'acknowledged',
        acknowledgedBy: by,
        acknowledgedAt: now(),
        changedAt: now(),
      }
      alarms.set(id, acknowledged)
      emit({ kind: 'alarm', alarm: acknowledged })
      return acknowledged
    },
    cases: async () => ({ items: [fixtureCase(now())], next: null }),
    orders: async ({ open, limit }) => ({
      items: orders.filter((order) => !open || order.state !== 'closed').slice(0, limit),
      next: null,
    }),
    act: async (id, action) => {
      const order = orders.find((one) => one.id === id)
      if (!order) throw unknown('order', id)
      if (action !== 'accept')
        throw new CivitalsError('CIV_WORKORDERS_STEP', `an order in state ${order.state} cannot ${action}`)
      return { ...order, state: 'accepted' }
    },
    fileReport: async () => fixtureCase(now()),
    endpoints: async () => [{ id: 'ep-1', url: 'http://127.0.0.1:9000/hook', enabled: true }],
    addEndpoint: async ({ secret = 'whsec_AAAA' }) => ({ id: 'ep-2', secret }),
    deliveries: async () => ({ items: [fixtureDelivery(now())], next: null }),
    replay: async (id) => {
      if (id !== 'msg-1') throw unknown('delivery', id)
    },
    ledger: async () =>
      city.gateways.map(({ id }) => ({
        gateway: id,
        spool: 'sp1',
        produced: 1200,
        stored: 1190,
        rejected: 2,
        setAside: 3,
        waiting: 5,
        declaredLost: 0,
        duplicates: 1,
        settledUpTo: 60,
        above: [],
        balanced: true,
        updatedAt: now(),
      })),
    rejects: async () => ({
      items: [
        {
          id: 'r1',
          at: now(),
          scope: 'reading',
          reason: 'future time',
          gateway: 'gw-01',
          detail: 'at is 9 minutes ahead',
        },
      ],
      next: null,
    }),
    setAside: async () => [
      {
        gateway: 'gw-01',
        terminal: 'new-01',
        point: 'depth',
        reason: 'unknown terminal',
        readings: 3,
        firstAt: now() - minute,
        lastAt: now(),
      },
    ],
    registerTerminal: async (terminal) => {
      ;(registry.terminals() as Terminal[]).push(terminal)
    },
    health: () => ({ ready: true, facts: { queue: 0, loopLagMs: 3, store: 'duckdb' } }),
    subscribe: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
  return { sources, emit }
}

type Line = readonly [
  id: string,
  state: Alarm['state'],
  priority: number,
  zh: string,
  en: string,
  terminal: string,
  point: string,
  site: string,
  value: number,
  limit: number,
  unit: string,
  minutes: number,
]

function fixtureAlarms(now: number, storm: number): Alarm[] {
  const lines: readonly Line[] = [
    [
      'a1',
      'unacknowledged',
      2,
      '道路积水深度高',
      'Road water depth high',
      'road-water-01',
      'depth',
      'underpass',
      Number(depthAt(storm).toFixed(1)),
      15,
      'cm',
      11,
    ],
    [
      'a2',
      'unacknowledged',
      3,
      '井口余高低',
      'Manhole freeboard low',
      'manhole-02',
      'freeboard',
      'yunxiu-crossing',
      0.22,
      0.3,
      'm',
      9,
    ],
    [
      'a4',
      'acknowledged',
      4,
      '车速过低',
      'Traffic very slow',
      'traffic-03',
      'speed',
      'kanghua-crossing',
      14,
      15,
      'km/h',
      8,
    ],
    ['a5', 'returned', 4, '垃圾桶满溢', 'Bin full', 'bin-01', 'fill', 'kanghua-parking', 71, 90, 'percent', 38],
  ]
  return lines
    .filter((line) => storm > 40 || line[0] === 'a5')
    .map(([id, state, priority, zh, en, terminal, point, site, value, limit, unit, minutes]) => ({
      id,
      rule: id,
      ruleVersion: '1',
      name: { zh, en },
      subject: { kind: 'series', terminal, point },
      site,
      area: '440607001',
      state,
      priority,
      onset: now - minutes * minute,
      changedAt: now - minutes * minute,
      value,
      limit,
      direction: point === 'freeboard' || point === 'speed' ? 'low' : 'high',
      unit,
      response: { zh: '派人到场', en: 'Send someone' },
      late: false,
    }))
}

function fixtureOrders(now: number): Order[] {
  const order = (
    number: string,
    zh: string,
    en: string,
    dzh: string,
    den: string,
    stage: Order['stage'],
    from: number,
    due: number,
  ): Order => ({
    id: `o-${number}`,
    number,
    case: `c-${number}`,
    matter: 'M-1',
    name: { zh, en },
    site: 'underpass',
    area: '440607001',
    department: { zh: dzh, en: den },
    departmentId: 'd',
    state: 'dispatched',
    stage,
    level: 2,
    dispatchedAt: now - from * minute,
    acceptBy: now + 10 * minute,
    dueAt: now + due * minute,
    closing: { zh: '水深低于 3 cm', en: 'Depth below 3 cm' },
  })
  return [
    order('2026-0147', '下穿道积水排涝', 'Drain the underpass', '市政排水队', 'Drainage crew', 'handle', 9, 111),
    order('2026-0146', '井盖移位', 'Shifted manhole cover', '市政维护', 'Street maintenance', 'dispatch', 49, 11),
    order('2026-0131', '路灯不亮', 'Street lamps out', '路灯所', 'Street lighting', 'handle', 260, -18),
    order('2026-0144', '路面暴露垃圾', 'Exposed rubbish', '环卫站', 'Sanitation', 'verify', 60, 125),
  ]
}

const fixtureCase = (now: number): Case => ({
  id: 'c1',
  number: '2026-0147',
  matter: 'M-1',
  name: { zh: '积水', en: 'Water' },
  area: '440607001',
  stage: 'handle',
  level: 2,
  openedAt: now,
  reports: [],
  orders: ['o-2026-0147'],
  events: [],
})

const fixtureDelivery = (now: number): Delivery => ({
  id: 'msg-1',
  endpoint: 'ep-1',
  type: 'civitals.alarm.onset',
  subject: 'a1',
  state: 'failed',
  attempts: 8,
  createdAt: now,
})
