import { CivitalsError } from '@civitals/contracts/errors'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Value } from 'typebox/value'
import { serveFixture } from '../test/serve-fixture.ts'
import { ProblemSchema } from './shapes.ts'

const { server } = await serveFixture({
  ledger: async () => {
    throw new CivitalsError('CIV_STORAGE_BUSY', 'the store is busy', { retryable: true })
  },
  setAside: async () => {
    throw new Error('password=hunter2 at /secret/path')
  },
})
const mutating = { 'x-civitals': '1' }

type Request = InjectOptions | string
const refused: readonly (readonly [why: string, status: number, request: Request])[] = [
  ['a path nobody serves', 404, '/api/v1/nothing'],
  ['an id nobody knows', 404, '/api/v1/terminals/none'],
  ['a series nobody knows', 404, '/api/v1/readings?terminal=air-01&point=none'],
  [
    'an error of a store that says unknown',
    404,
    { method: 'POST', url: '/api/v1/alarms/none/acknowledge', headers: mutating },
  ],
  ['a missing parameter', 400, '/api/v1/readings?terminal=air-01'],
  ['an unknown parameter', 400, '/api/v1/alarms?stat=all'],
  ['a limit beyond 1000', 400, '/api/v1/terminals?limit=1001'],
  ['a time that is none', 400, '/api/v1/city/history?from=yesterday'],
  ['a time without its offset', 400, '/api/v1/city/history?from=2026-06-12T09:00:00'],
  ['from after to', 400, '/api/v1/city/history?from=2000&to=1000'],
  [
    'a body with an unknown key',
    400,
    { method: 'POST', url: '/api/v1/reports', payload: { matter: 'M', text: 'x', txt: 1 } },
  ],
  [
    'a body that is not JSON',
    400,
    { method: 'POST', url: '/api/v1/reports', headers: { 'content-type': 'application/json' }, payload: '{' },
  ],
  [
    'a step that is not possible',
    409,
    { method: 'POST', url: '/api/v1/orders/o-2026-0147/actions', payload: { action: 'close' } },
  ],
  ['a store that is busy', 503, '/api/v1/ledger'],
]

for (const [why, status, request] of refused) {
  t.test(`${why} is a problem document with ${status}`, async (t) => {
    const response = await server.inject(request)
    t.equal(response.statusCode, status, response.body)
    t.match(response.headers['content-type'], /^application\/problem\+json/)
    t.ok(Value.Check(ProblemSchema, response.json()))
    t.equal(response.json().status, status)
  })
}

t.test('what fails inside says nothing of the inside', async (t) => {
  const response = await server.inject('/api/v1/ingest/set-aside')
  t.equal(response.statusCode, 500)
  t.notMatch(response.body, /hunter2|secret/)
})

t.test('a form of another site changes nothing: no preflight, no header, no JSON', async (t) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const headers = { 'content-type': type }
    const response = await server.inject({
      method: 'POST',
      url: '/api/v1/alarms/a1/acknowledge',
      headers,
      payload: 'a=1',
    })
    t.ok(response.statusCode === 403 || response.statusCode === 415, `${type} ${response.statusCode}`)
  }
  t.equal((await server.inject({ method: 'POST', url: '/api/v1/alarms/a1/acknowledge' })).statusCode, 403)
  t.equal((await server.inject('/api/v1/alarms')).json().items[0].state, 'unacknowledged')
})

t.test('every answer forbids other origins', async (t) => {
  for (const path of ['/api/v1/city', '/healthz', '/nothing']) {
    const { headers } = await server.inject(path)
    t.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/)
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.notOk(headers['access-control-allow-origin'])
  }
})
