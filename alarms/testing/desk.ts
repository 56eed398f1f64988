import type { Alarm, AlarmTransition } from '@civitals/contracts/alarm'
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import type { RegistryView, Site, Terminal } from '@civitals/contracts/registry'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { type AlarmEngine, openAlarms } from '../alarms.ts'
import type { Rule } from '../rules/rule.ts'
import { alarmMigrations } from '../store/migrations.ts'

/** Noon of the day tests happen on. */
export const noon = Date.UTC(2026, 5, 12, 4, 0, 0)

const name = (text: string) => ({ zh: text, en: text })

/** A terminal with one point, at site `s-1`. */
export const terminal = (id: string, kind: string, point: string, unit: string): Terminal => ({
  id,
  kind,
  profile: kind,
  group: 'water',
  gateway: 'gw-1',
  site: 's-1',
  name: name(id),
  reportEveryMs: 60_000,
  points: [{ id: point, unit, name: name(point) }],
})

const site: Site = {
  id: 's-1',
  area: '440607004',
  name: name('s-1'),
  position: { longitude: 112.88, latitude: 23.19, datum: 'WGS-84' },
}

/** A registry of these terminals in one district. */
export function registryOf(terminals: readonly Terminal[]): RegistryView {
  const byId = new Map(terminals.map((one) => [one.id, one]))
  return {
    city: { id: '440607', name: name('Sanshui'), timeZone: 'Asia/Shanghai' },
    areas: () => [],
    sites: () => [site],
    gateways: () => [],
    terminals: () => terminals,
    terminal: (id) => byId.get(id),
    point: (id, point) => byId.get(id)?.points.find((one) => one.id === point),
    site: (id) => (id === site.id ? site : undefined),
    area: () => undefined,
    gateway: () => undefined,
  }
}

/** A rule on road depth; override what the test is about. */
export const depthRule = (
  over: Omit<Partial<Rule>, 'condition'> & { readonly condition?: Partial<Rule['condition']> } = {},
): Rule => ({
  id: 'depth',
  version: '1',
  name: name('depth'),
  subject: { kind: 'road-water', point: 'depth' },
  unit: 'cm',
  priority: 2,
  cause: name('rain'),
  consequence: name('flood'),
  response: name('pump'),
  matter: 'road-flooding',
  late: 'amend',
  source: 'test',
  ...over,
  condition: { direction: 'high', limit: 15, deadband: 1, onDelay: '0s', offDelay: '60s', ...over.condition },
})

/** Seconds after noon and a value of `water-1/depth`. */
export const depth = (seconds: number, value: number | null, quality: Reading['quality'] = 'good'): Reading => ({
  terminal: 'water-1',
  point: 'depth',
  at: noon + seconds * 1000,
  value,
  quality,
})

/** An engine over a state store, with everything it hands on and a way to settle readings as ingest does. */
export interface Desk extends AsyncDisposable {
  readonly state: StateStore
  readonly clock: FakeClock
  readonly engine: AlarmEngine
  /** What onTransition was called with in transactions that held. */
  readonly handed: AlarmTransition[]
  /** Settles readings received `lagMs` after the newest of them. */
  settle(readings: readonly Reading[], lagMs?: number): Promise<void>
  live(): Promise<readonly Alarm[]>
}

export interface DeskOptions {
  readonly rules?: readonly Rule[]
  readonly state?: StateStore
  readonly terminals?: readonly Terminal[]
}

/** A desk with one road water gauge `water-1` unless told otherwise. Disposing closes the state store. */
export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const state = options.state ?? (await openSqliteState({ file: ':memory:', migrations: alarmMigrations }))
  const clock = new FakeClock(noon)
  const handed: AlarmTransition[] = []
  const onTransition = async (_: StateTx, transition: AlarmTransition): Promise<void> => void handed.push(transition)
  const registry = registryOf(options.terminals ?? [terminal('water-1', 'road-water', 'depth', 'cm')])
  const rules = options.rules ?? [depthRule()]
  const engine = await openAlarms({ state, clock, registry, rules, onTransition })
  const settle = async (readings: readonly Reading[], lagMs = 100): Promise<void> => {
    const receivedAt = Math.max(...readings.map(({ at }) => at)) + lagMs
    const effect = engine.step({ envelopes: [{ gateway: 'gw-1', spool: 'sp', seq: 1, readings }], receivedAt })
    if (!effect) return
    await state.transaction((tx) => effect.write(tx))
    effect.committed()
  }
  return {
    state,
    clock,
    engine,
    handed,
    settle,
    live: async () => (await engine.list({ state: 'live' })).items,
    [Symbol.asyncDispose]: () => state.close(),
  }
}
