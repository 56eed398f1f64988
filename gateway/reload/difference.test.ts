import type { Profile } from '@civitals/firmware-bridge/profile'
import t from 'tap'
import type { Prepared } from '../config/io/prepare.ts'
import { differenceOf } from './difference.ts'

const profile = { profile: 'gauge', version: 1, points: [] } as unknown as Profile
const base: Prepared = {
  hash: 'a',
  profiles: { gauge: profile },
  settings: {
    gateway: 'gw-01',
    url: 'mqtt://centre',
    password: { env: 'SECRET' },
    metered: false,
    qos: 1,

    spoolFolder: '/spool',
    budgetBytes: 1e9,
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    lines: [
      {
        id: 'one',
        transport: { kind: 'serial', path: '/dev/ttyS0', baud: 9600 },
        terminals: [
          { id: 't1', unit: 1, profile: 'gauge' },
          { id: 't2', unit: 2, profile: 'gauge' },
        ],
      },
      { id: 'two', transport: { kind: 'modbus-tcp', host: 'box', port: 502 }, terminals: [] },
    ],
  },
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] }
function after(change: (prepared: Mutable<Prepared>) => void) {
  const prepared = structuredClone(base) as Mutable<Prepared>
  change(prepared)
  const { lines, ended, restartNeeded } = differenceOf(base, prepared as Prepared)
  return { lines: Object.fromEntries(lines), ended, restartNeeded }
}
const kept = { kind: 'kept' }

t.test('nothing changed, or only what means nothing', async (t) => {
  const nothing = { lines: { one: kept, two: kept }, ended: [], restartNeeded: [] }
  t.same(
    after(() => {}),
    nothing,
  )
  t.same(
    after(({ settings }) => settings.lines.reverse()),
    nothing,
  )
  t.same(
    after(({ settings }) => settings.lines[0]?.terminals.reverse()),
    nothing,
  )
})

t.test('terminals added, removed, moved to another unit, or of a profile that changed', async (t) => {
  const one = (change: Parameters<typeof after>[0]) => after(change).lines.one
  const set = (...ids: string[]) => new Set(ids)
  t.same(
    one(({ settings }) => settings.lines[0]?.terminals.push({ id: 't3', unit: 3, profile: 'gauge' })),
    { kind: 'terminals', changed: set('t3'), removed: set() },
  )
  t.same(
    one(({ settings }) => settings.lines[0]?.terminals.pop()),
    { kind: 'terminals', changed: set(), removed: set('t2') },
  )
  t.same(
    one(({ settings }) => {
      settings.lines[0]!.terminals[0]!.unit = 9
    }),
    { kind: 'terminals', changed: set('t1'), removed: set() },
  )
  t.same(
    one(({ settings }) => {
      settings.lines[0]!.terminals[1]!.report = 'onChange'
    }),
    { kind: 'terminals', changed: set('t2'), removed: set() },
  )
  t.match(
    after(({ profiles }) => {
      ;(profiles.gauge as { version: number }).version = 2
    }).lines,
    { one: { kind: 'terminals', changed: set('t1', 't2') }, two: kept },
  )
})

t.test('lines begin, end, and restart for another transport', async (t) => {
  t.match(
    after(({ settings }) => {
      settings.lines[0]!.transport = { kind: 'serial', path: '/dev/ttyS0', baud: 19_200 }
    }).lines,
    { one: { kind: 'restarted' }, two: kept },
  )
  const renamed = after(({ settings }) => {
    settings.lines[1]!.id = 'three'
  })
  t.match(renamed, { lines: { one: kept, three: { kind: 'begun' } }, ended: ['two'] })
})

t.test('what uplink and spool need a restart for is named, and nothing else', async (t) => {
  t.same(
    after(({ settings }) => {
      settings.url = 'mqtt://other'
      settings.budgetBytes = 5e9
    }),
    { lines: { one: kept, two: kept }, ended: [], restartNeeded: ['uplink.url', 'spool.budget'] },
  )
  t.same(
    after(({ settings }) => {
      settings.periods.alarm = 500
    }).restartNeeded,
    [],
  )
})
