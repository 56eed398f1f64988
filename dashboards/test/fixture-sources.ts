// ApiSources over the fixture city: what cli does with real engines, here with formulas.

import type { Alarm } from '@civitals/contracts/alarm'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Reading } from '@civitals/contracts/reading'
import type { City, RegistryView, Terminal } from '@civitals/contracts/registry'
import type { ApiSources, LiveEvent } from '../api/sources.ts'
import { fixtureAnomalies, fixtureFlags, seriesAnomalyOf, touches } from './fixture-anomalies.ts'
import { fixtureBody } from './fixture-body.ts'
import { fixtureExplanation } from './fixture-explanation.ts'
import { fixtureCauses, fixtureSkill, forecastOf } from './fixture-forecast.ts'
import { ledgerFixture } from './fixture-ledger.ts'
import { fixtureAlarms, fixtureCase, fixtureDelivery, fixtureOrders } from './fixture-records.ts'
import { depthAt, valueAt } from './fixture-values.ts'

export interface FixtureOptions {
  readonly city: City
  readonly clock: Clock
  /** When the storm began; far in the future for a calm day. */
  readonly stormAt: number
  /** The series store takes nothing since then. */
  readonly outageSince?: number
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

export function fixtureSources({ city, clock, stormAt, outageSince }: FixtureOptions): Fixture {
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
    area: (id) =>
      city.areas.some((area) => area.id === id) ? { ...fixtureBody(now(), storm(now())), area: id } : undefined,
    backtests: {
      start: async () => ({ id: 'b1', state: 'running', startedAt: now(), progress: 0 }),
      get: (id) => (id === 'b1' ? { id, state: 'running', startedAt: now(), progress: 0.5 } : undefined),
    },
    flags: async (query) => ({ ...query, ...fixtureFlags(query, now()) }),
    explain: async ({ id }) => fixtureExplanation(fixtureBody(now(), storm(now())), id),
    definitions: {
      on: (day = '2026-06-12') => ({ day, systems: [] }),
      propose: (files) => ({ plan: String(files.length), changes: [], problems: [] }),
      apply: async (_files, plan) => ({ plan, changes: [], problems: [] }),
      export: () => [{ name: 'RENL.yaml', text: 'system: RENL\n' }],
      changes: async () => [
        {
          id: 1,
          at: now(),
          by: 'li',
          why: 'test',
          what: 'add',
          key: 'RENL-01',
          version: 1,
          from: '2026-03-01',
          before: null,
          after: {},
        },
      ],
    },
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
      systems: {
        NERV: 83,
        SENS: 76,
        RESP: 68,
        META: 79,
        DIGE: 87,
        PSYC: 74,
        CIRC: 76,
        IMMU: 88,
        RENL: 88,
      },
      // As after a first start: nobody had timed a message then.
      valid: fixtureBody(now(), storm(now()))
        .systems.flatMap(({ indicators }) => indicators.map(({ id }) => id))
        .filter((id) => id !== 'NERV-01'),
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
    forecast: (terminal, point) =>
      terminal === 'air-01' ? forecastOf(terminal, point, registry.point(terminal, point)?.unit, now()) : undefined,
    anomalies: async (query) => fixtureAnomalies(now()).filter((one) => touches(one, query)),
    seriesAnomaly: async (terminal, point) =>
      seriesAnomalyOf(terminal, point, registry.point(terminal, point)?.unit, now()),
    causes: (id) => (id === 'RENL-01' ? Promise.resolve(fixtureCauses(now())) : undefined),
    forecastSkill: async () => [{ terminal: 'air-01', point: 'pm25', at: now(), ...fixtureSkill }],
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
    ...ledgerFixture(
      city.gateways.map(({ id }) => id),
      now,
    ),
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
    health: () => ({
      ready: outageSince === undefined,
      facts: { queue: 0, loopLagMs: 3, store: 'duckdb' },
      ...(outageSince !== undefined && { storeDown: { store: 'series', since: outageSince } }),
    }),
    subscribe: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
  return { sources, emit }
}
