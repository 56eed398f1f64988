import type { Terminal } from '@civitals/contracts/registry'
import t from 'tap'
import { Value } from 'typebox/value'
import { serveFixture } from '../test/serve-fixture.ts'
import { routesOf } from './routes.ts'

const { server, fixture } = await serveFixture()
const mutating = { 'x-civitals': '1' }

/** One request per route that has to say more than its path. */
const asked: Readonly<Record<string, string>> = {
  '/readings': '/readings?terminal=road-water-01&point=depth&every=1min',
  '/readings/flags': '/readings/flags?terminal=road-water-01&point=depth&from=-2h',
  '/city/systems': '/city/systems?at=-24h',
  '/indicators/:id': '/indicators/RENL-01',
  '/indicators/:id/explain': '/indicators/RENL-01/explain',
  '/backtests/:id': '/backtests/b1',
  '/areas/:id/body': '/areas/440607001/body',
  '/areas/:id/history': '/areas/440607001/history',
  '/terminals/:id': '/terminals/air-01',
  '/terminals/:id/forecast': '/terminals/air-01/forecast?point=pm25',
  '/terminals/:id/anomalies': '/terminals/air-01/anomalies?point=pm25',
  '/indicators/:id/causes': '/indicators/RENL-01/causes',
  '/indicators/:id/forecast': '/indicators/RESP-01/forecast',
}

const newTerminal: Terminal = {
  id: 'new-01',
  kind: 'road-water',
  profile: 'road-water-gauge',
  group: 'water',
  gateway: 'gw-01',
  site: 'underpass',
  name: { zh: '新积水计', en: 'New gauge' },
  reportEveryMs: 60_000,
  points: [{ id: 'depth', unit: 'cm', name: { zh: '深度', en: 'Depth' } }],
}

const bodies: Readonly<Record<string, readonly [path: string, payload?: object]>> = {
  '/terminals': ['/terminals', newTerminal],
  '/alarms/:id/acknowledge': ['/alarms/a1/acknowledge'],
  '/orders/:id/actions': ['/orders/o-2026-0147/actions', { action: 'accept' }],
  '/definitions/plan': ['/definitions/plan', { files: [{ name: 'RENL.yaml', text: 'system: RENL' }] }],
  '/definitions': ['/definitions', { files: [{ name: 'RENL.yaml', text: 'x' }], plan: 'p', why: 'because' }],
  '/backtests': ['/backtests', { days: 1, everyMinutes: 60 }],
  '/reports': ['/reports', { matter: 'M-1', site: 'underpass', text: '水很深' }],
  '/ledger/:gateway/:spool/resend': ['/ledger/gw-01/sp1/resend', { why: 'store restored', ranges: [[3, 9]] }],
  '/ingest/clones/:gateway/release': ['/ingest/clones/gw-04/release', { keep: 'boot-b' }],
  '/webhooks': ['/webhooks', { url: 'http://127.0.0.1:9000/hook' }],
  '/webhooks/deliveries/:id/replay': ['/webhooks/deliveries/msg-1/replay'],
}

t.test('what every route answers is what its schema says', async (t) => {
  for (const route of routesOf(fixture.sources)) {
    const [path, payload] = (route.method === 'POST' && bodies[route.path]) || [asked[route.path] ?? route.path]
    const response = await server.inject({
      method: route.method,
      url: `/api/v1${path}`,
      headers: mutating,
      ...(payload && { payload }),
    })
    t.equal(response.statusCode, route.status, `${route.method} ${path} ${response.body.slice(0, 200)}`)
    const answer: unknown = response.json()
    const first = [...Value.Errors(route.reply, answer)][0]
    t.ok(Value.Check(route.reply, answer), `${route.method} ${path}: ${first?.instancePath} ${first?.message}`)
  }
})

t.test('a registered terminal is served', async (t) => {
  const found = await server.inject('/api/v1/terminals/new-01')
  t.equal(found.statusCode, 200)
  t.match(found.json(), { id: 'new-01', site: { id: 'underpass' } })
})

t.test('a terminal comes with value, unit, band, age and quality of every point, its site and gateway', async (t) => {
  const { points, gateway, site } = (await server.inject('/api/v1/terminals/road-water-01')).json()
  t.equal(gateway, 'gw-01')
  t.equal(site.id, 'underpass')
  t.match(points[0], { id: 'depth', unit: 'cm', normal: [0, 3], reading: { quality: 'good', stale: false } })
  t.type(points[0].reading.ageMs, 'number')
})

t.test('a terminal that does not answer is silent, one whose readings are old is stale', async (t) => {
  t.equal((await server.inject('/api/v1/terminals/traffic-06')).json().state, 'silent')
  t.equal((await server.inject('/api/v1/terminals/lamp-05')).json().state, 'stale')
})

t.test('lists are read page by page without loss', async (t) => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/api/v1/terminals?limit=20${cursor ? `&cursor=${cursor}` : ''}`
    const page: { items: { id: string }[]; next: string | null } = (await server.inject(path)).json()
    seen.push(...page.items.map((item) => item.id))
    cursor = page.next
  }
  t.equal(seen.length, 54)
  t.equal(new Set(seen).size, 54)
})

t.test('readings go on where the page before ended', async (t) => {
  const base = '/api/v1/readings?terminal=road-water-01&point=depth&every=1min&from=-10min'
  const whole = (await server.inject(base)).json()
  const first = (await server.inject(`${base}&limit=4`)).json()
  const rest = (await server.inject(`${base}&limit=100&cursor=${first.next}`)).json()
  t.same([...first.items, ...rest.items], whole.items)
  t.equal(whole.next, null)
})

t.test('a forecast stands as it is, and says why where there is none', async (t) => {
  const pm25 = (await server.inject('/api/v1/terminals/air-01/forecast?point=pm25')).json()
  t.match(pm25, { model: 'mstl-24-ets', season: 168, skill: 0.31, unit: 'ug/m3' })
  t.equal(pm25.hours.length, 24)
  t.match((await server.inject('/api/v1/terminals/air-02/forecast?point=pm25')).json(), {
    reason: 'not-forecast',
    hours: [],
  })
  t.match((await server.inject('/api/v1/indicators/RENL-01/forecast')).json(), { reason: 'not-forecast' })
  t.equal((await server.inject('/api/v1/terminals/air-01/forecast?point=none')).statusCode, 404)
  t.equal((await server.inject('/api/v1/indicators/NONE-01/forecast')).statusCode, 404)
  t.equal((await server.inject('/api/v1/indicators/NONE-01/causes')).statusCode, 404)
  t.match((await server.inject('/api/v1/forecasts')).json(), { items: [{ terminal: 'air-01', skill: 0.31 }] })
})
