import t from 'tap'
import { serveFixture } from '../test/serve-fixture.ts'
import { csvOf } from './csv.ts'
import { matchesEtag } from './etag.ts'

const { server, clock } = await serveFixture()

t.test('an unchanged answer is 304 without body; a changed one is whole', async (t) => {
  const first = await server.inject('/api/v1/sites')
  const etag = String(first.headers.etag)
  t.match(etag, /^W\/"/)
  const again = await server.inject({ url: '/api/v1/sites', headers: { 'if-none-match': etag } })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
  const body = String((await server.inject('/api/v1/city')).headers.etag)
  await clock.advance(60_000)
  t.equal((await server.inject({ url: '/api/v1/city', headers: { 'if-none-match': body } })).statusCode, 200)
})

t.test('If-None-Match is compared weakly and may list tags [RFC 9110 13.1.2]', async (t) => {
  t.ok(matchesEtag('"x", W/"abc"', 'W/"abc"'))
  t.ok(matchesEtag('"abc"', 'W/"abc"'))
  t.ok(matchesEtag('*', 'W/"abc"'))
  t.notOk(matchesEtag(undefined, 'W/"abc"'))
  t.notOk(matchesEtag('W/"ab"', 'W/"abc"'))
})

t.test('a list is CSV when asked by header or by query, JSON to a browser that takes both', async (t) => {
  const byHeader = await server.inject({ url: '/api/v1/gateways', headers: { accept: 'text/csv' } })
  t.match(byHeader.headers['content-type'], /^text\/csv/)
  t.match(byHeader.body, /^id,name\.zh,name\.en,.*\r\ngw-01,/)
  t.match((await server.inject('/api/v1/gateways?format=csv')).body, /^id,/)
  const both = await server.inject({ url: '/api/v1/gateways', headers: { accept: 'text/csv, application/json' } })
  t.match(both.headers['content-type'], /^application\/json/)
})

t.test('CSV quotes what must be quoted and starts no formula in a sheet [RFC 4180]', async (t) => {
  const text = csvOf([{ a: 'x,"y"\nz', b: -1.5, c: '=cmd()', d: null, e: { f: true } }])
  t.equal(text, 'a,b,c,d,e.f\r\n"x,""y""\nz",-1.5,\'=cmd(),,true\r\n')
})

t.test('metrics are lines Prometheus reads', async (t) => {
  const { body, headers } = await server.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  for (const line of body.trimEnd().split('\n')) {
    t.match(line, /^(# (HELP|TYPE) civitals_\w+ .+|civitals_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+]+)$/)
  }
  t.match(body, /civitals_alarms_live\{priority="2"\} 1/)
  t.match(body, /civitals_city_score \d+/)
})

t.test('probes: alive always, ready when the centre says so', async (t) => {
  t.equal((await server.inject('/healthz')).statusCode, 200)
  t.equal((await server.inject('/readyz')).statusCode, 200)
  const down = await serveFixture({ health: () => ({ ready: false, facts: { store: 'down' } }) })
  t.equal((await down.server.inject('/readyz')).statusCode, 503)
  t.equal((await down.server.inject('/healthz')).statusCode, 200)
})
