// What each answer of an engine means, played by a server that says what it is told.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeClock } from '@civitals/contracts/clock'
import { InfluxDB } from '@influxdata/influxdb-client'
import t, { type Test } from 'tap'
import { openInfluxdbSeries } from './io/influxdb.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function play(t: Test, onWrite: Answer) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (request.url?.startsWith('/query')) response.end('{"results":[{"statement_id":0}]}')
    else onWrite(request, response, body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const reading = { terminal: 'air-1', point: 'pm25', at: 1000, value: 1.5, quality: 'uncertain' } as const
const batch = { envelopes: [{ gateway: 'g', spool: 's', seq: 1, readings: [reading] }], receivedAt: 0 }
const clock = new FakeClock()
const open = (url: string, more = {}) =>
  openInfluxdbSeries({ url, database: 'city one', groupOf: () => 'air', clock, timeoutMs: 2000, ...more })

const status =
  (code: number, body = '{"error":"busy"}'): Answer =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(body)

t.test('the client still lets its path be set, and lines go to the path of the release', async (t) => {
  t.match(new InfluxDB({ url: 'http://127.0.0.1:1' }).getWriteApi('o', 'x', 'ms').path, '/api/v2/write?')
  const seen: string[] = []
  const url = await play(t, (request, response, body) => {
    seen.push(`${request.method} ${request.url}`, String(request.headers.authorization), body)
    response.writeHead(204).end()
  })
  const line = 'air,terminal=air-1 pm25=1.5,pm25_q=1i 1000'
  const sent = async (more: object): Promise<string[]> => {
    await using store = await open(url, more)
    await store.write(batch)
    return seen.splice(0)
  }
  const basic = `Basic ${Buffer.from('civitals:p:w').toString('base64')}`
  const login = { username: 'civitals', password: 'p:w', token: 'abc' }
  t.same(await sent({ login }), ['POST /write?db=city%20one&precision=ms', basic, line])
  const bucket = (org: string) => `POST /api/v2/write?org=${org}&bucket=city%20one&precision=ms`
  t.same(await sent({ login, release: '2', org: 'foshan' }), [bucket('foshan'), 'Token abc', line])
  t.same(await sent({ login, release: '3' }), [bucket(''), 'Bearer abc', line])
})

for (const code of [500, 503, 429]) {
  t.test(`${code}: nothing is stored, the same call may succeed later`, async (t) => {
    let requests = 0
    const url = await play(t, (request, response, body) => {
      requests++
      status(requests === 1 ? code : 204, '')(request, response, body)
    })
    await using store = await open(url)
    await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE', retryable: true })
    t.equal(requests, 1, 'the client does not try again by itself')
    t.same(await store.write(batch), { refused: [] })
    t.equal(requests, 2, 'and keeps nothing back for later')
  })
}

t.test('the engine asks for time: the error passes it on', async (t) => {
  const busy: Answer = (_, response) => response.writeHead(429, { 'retry-after': '7' }).end()
  await using store = await open(await play(t, busy))
  await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE', context: { retryAfterMs: 7000 } })
})

t.test('silence can be ended before the time limit', async (t) => {
  const stop = new AbortController()
  await using store = await open(await play(t, () => stop.abort()), { timeoutMs: 600_000 })
  await t.rejects(store.write(batch, stop.signal), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE' })
})

t.test('silence: a time limit ends it', async (t) => {
  const url = await play(t, () => undefined)
  await using store = await open(url)
  await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE', retryable: true })
})

t.test('401: name or password are wrong, trying again does not help', async (t) => {
  await using store = await open(await play(t, status(401, '{"error":"authorization failed"}')))
  await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_DENIED', retryable: false })
})

t.test('400 with blame on a line: the reading is refused with the reason', async (t) => {
  const error = 'partial write: points beyond retention policy dropped=1'
  await using store = await open(await play(t, status(400, JSON.stringify({ error }))))
  t.same(await store.write(batch), {
    refused: [{ gateway: 'g', spool: 's', seq: 1, reading, reason: error, tooOld: true }],
  })
})

t.test('422 blames lines in 2.x, where the text stands under another name', async (t) => {
  const message = 'failure writing points to database: partial write: points beyond retention policy dropped=1'
  const answer = status(422, JSON.stringify({ code: 'unprocessable entity', message }))
  await using store = await open(await play(t, answer), { release: '2', org: 'o' })
  t.match(await store.write(batch), { refused: [{ reason: message, tooOld: true }] })
})

t.test('400 for another reason: no reading is blamed for it', async (t) => {
  await using store = await open(await play(t, status(400, '{"error":"database is required"}')))
  await t.rejects(store.write(batch), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE' })
})

t.test('nobody listens: opening says so and may be tried again', async (t) => {
  await t.rejects(open('http://127.0.0.1:1'), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE', retryable: true })
})
