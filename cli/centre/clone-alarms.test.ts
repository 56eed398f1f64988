// Whatever happens to the state store meanwhile, one gateway id used twice is one alarm, and a release returns it.
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import { FakeClock } from '@civitals/contracts/clock'
import type { Clone } from '@civitals/contracts/clone'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry } from '@civitals/ingest/registry'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { StateStore } from '@civitals/storage/state'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { watchClones } from './clone-alarms.ts'

const name = { zh: '甲', en: 'one' }
const city = { id: '440607', name, timeZone: 'Asia/Shanghai', areas: [], sites: [], terminals: [] }

async function open(t: Test) {
  const state = await openSqliteState({ file: ':memory:', migrations: [...ingestMigrations, ...alarmMigrations] })
  const registry = await openRegistry(state)
  await registry.apply({ ...city, gateways: [{ id: 'gw-1', name }] })
  const clock = new FakeClock()
  const alarms = await openAlarms({ state, registry, clock, onTransition: async () => undefined })
  const clones: Clone[] = []
  let tell = (_clone: Clone): void => undefined
  const subscribeClones = (listener: typeof tell): Disposable => {
    tell = listener
    return { [Symbol.dispose]: () => undefined }
  }
  const store = { failing: false }
  const shaky: StateStore = {
    db: state.db,
    transaction: (work) => (store.failing ? Promise.reject(new Error('disk full')) : state.transaction(work)),
    close: () => state.close(),
    [Symbol.asyncDispose]: () => state.close(),
  }
  const logger = pino({ level: 'silent' })
  const watch = watchClones({ ingest: { clones: () => clones, subscribeClones }, alarms, state: shaky, clock, logger })
  t.teardown(async () => {
    watch[Symbol.dispose]()
    await alarms.close()
    await state.close()
  })
  const box = { boot: 'b', spool: null, address: null, firstHeardAt: 0, lastHeardAt: 0, saidAt: 0 }
  const found = (): Clone => ({
    gateway: 'gw-1',
    foundAt: clock.now(),
    evidence: 'two boxes',
    kept: box,
    refused: [box],
    sharedSpool: false,
    addresses: ['10.0.0.7:40000', '10.0.0.8:41000'],
    releasedAt: null,
    releasedBy: null,
  })
  const listed = async () => (await alarms.list({ limit: 10, state: 'all' })).items
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, clones, store, found, listed, settle, changed: () => clones.map((clone) => tell(clone)) }
}

t.test('a clone raises one alarm that names both addresses; its release returns it', async (t) => {
  const { clock, clones, found, listed, settle, changed } = await open(t)
  clones.push(found())
  changed()
  changed()
  await settle()
  t.match(await listed(), [
    { rule: 'gateway-cloned', subject: { kind: 'gateway', gateway: 'gw-1' }, state: 'unacknowledged' },
  ])
  t.match(JSON.stringify(await listed()), /10\.0\.0\.7:40000, 10\.0\.0\.8:41000/)
  await clock.advance(60_000)
  clones[0] = { ...(clones[0] as Clone), releasedAt: clock.now(), releasedBy: 'li' }
  changed()
  await settle()
  t.match(await listed(), [{ state: 'returned' }])
  t.equal((await listed()).length, 1)
})

t.test('a state store that refuses is asked again', async (t) => {
  const { clock, clones, store, found, listed, settle, changed } = await open(t)
  store.failing = true
  clones.push(found())
  changed()
  await settle()
  t.same(await listed(), [])
  store.failing = false
  await clock.advance(10_000)
  await settle()
  t.equal((await listed()).length, 1)
})
