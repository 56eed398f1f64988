// Alarms, orders and the rest of what people act on, made up.
import type { Alarm } from '@civitals/contracts/alarm'
import type { Case, Delivery, Order } from '@civitals/contracts/case'
import { depthAt } from './fixture-values.ts'

const minute = 60_000

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

export function fixtureAlarms(now: number, storm: number): Alarm[] {
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

export function fixtureOrders(now: number): Order[] {
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

export const fixtureCase = (now: number): Case => ({
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

export const fixtureDelivery = (now: number): Delivery => ({
  id: 'msg-1',
  endpoint: 'ep-1',
  type: 'civitals.alarm.onset',
  subject: 'a1',
  state: 'failed',
  attempts: 8,
  createdAt: now,
})
