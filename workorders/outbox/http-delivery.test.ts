// Messages on the wire: signed so that the package `standardwebhooks` verifies them, to real sockets, good and bad.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@civitals/contracts/system-clock'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { handOn, openState, quiet, registry, transition, until } from '../testing/centre.ts'
import { openWorkorders } from '../workorders.ts'

interface Got {
  readonly headers: Record<string, string>
  readonly body: string
}

type Answer = (response: ServerResponse, got: readonly Got[]) => void

async function serve(t: Test, answer: Answer): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = []
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers as Record<string, string>, body })
    answer(response, got)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got }
}

async function open(t: Test, allow: readonly string[] = ['127.0.0.0/8'], timeoutMs = 20_000) {
  const state = await openState()
  const limits = { timeoutMs, responseBytes: 1024 }
  const webhooks = { allow, limits }
  const centre = await openWorkorders({ state, registry, clock: systemClock, logger: quiet, webhooks })
  t.teardown(async () => {
    await centre.close()
    await state.close()
  })
  return { state, centre }
}

const ok: Answer = (response) => response.writeHead(204).end()

t.test('the standardwebhooks package verifies what arrives, and not what was changed', async (t) => {
  const { url, got } = await serve(t, ok)
  const { state, centre } = await open(t)
  const { secret } = await centre.addEndpoint({ url, types: ['civitals.alarm.*', 'civitals.order.dispatched'] })
  await handOn(state, centre, transition())
  await until(() => got.length === 2, 'two messages')
  const webhook = new Webhook(secret)
  const events = got.map(({ headers, body }) => webhook.verify(body, headers) as Record<string, unknown>)
  t.match(events, [
    {
      specversion: '1.0',
      type: 'civitals.alarm.onset',
      source: '/civitals/440607',
      subject: 'a1',
      data: { alarm: { id: 'a1', value: 18 }, from: 'normal', to: 'unacknowledged' },
    },
    { type: 'civitals.order.dispatched', data: { order: { departmentId: 'drainage', state: 'dispatched' } } },
  ])
  t.throws(() => webhook.verify(got[0]!.body.replace('18', '19'), got[0]!.headers))
  t.notMatch(JSON.stringify(centre.endpoints()), secret.slice(6), 'lists never show a secret')
})

t.test('500, a redirect, silence and an endless answer are failures that say what happened', async (t) => {
  const faults: Record<string, [Answer, RegExp]> = {
    500: [(response) => response.writeHead(500).end(), /^HTTP 500$/],
    redirect: [(response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(), /^HTTP 307$/],
    silence: [() => undefined, /^no answer within 300 ms$/],
  }
  for (const [what, [answer, error]] of Object.entries(faults)) {
    const { url, got } = await serve(t, answer)
    const { state, centre } = await open(t, ['127.0.0.1'], what === 'silence' ? 300 : 20_000)
    await centre.addEndpoint({ url, types: ['civitals.alarm.onset'] })
    await handOn(state, centre, transition())
    await until(async () => (await centre.deliveries()).items[0]?.attempts === 1, what)
    const [delivery] = (await centre.deliveries({ state: 'waiting' })).items
    t.match(delivery?.lastError ?? '', error, what)
    t.equal(got.length, 1, `${what}: asked once`)
  }
})

t.test('an answer without end is cut off and counts by its status', async (t) => {
  const { url } = await serve(t, (response) => {
    response.writeHead(200)
    const more = setInterval(() => response.write('x'.repeat(4096)), 1)
    response.on('close', () => clearInterval(more))
  })
  const { state, centre } = await open(t)
  await centre.addEndpoint({ url, types: ['civitals.alarm.onset'] })
  await handOn(state, centre, transition())
  await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 1, 'delivered')
  t.match((await centre.deliveries()).items, [{ lastStatus: 200, attempts: 1 }])
})

t.test('a receiver that hangs does not delay another', async (t) => {
  const slow = await serve(t, () => undefined)
  const quick = await serve(t, ok)
  const { state, centre } = await open(t)
  const { id } = await centre.addEndpoint({ url: slow.url })
  await centre.addEndpoint({ url: quick.url })
  await handOn(state, centre, transition())
  await until(() => quick.got.length === 3, 'three messages at the quick one')
  await until(() => slow.got.length === 1, 'the slow one to hang')
  const ofSlow = (await centre.deliveries()).items.filter(({ endpoint }) => endpoint === id)
  t.match(ofSlow, [{ state: 'waiting' }, { state: 'waiting' }, { state: 'waiting', attempts: 0 }])
})

t.test('a target that is not allowed is refused, by name and by where its name leads', async (t) => {
  const { centre } = await open(t, ['hooks.example.org', 'localhost'])
  await t.rejects(centre.addEndpoint({ url: 'http://127.0.0.1:1/' }), { code: 'CIV_WORKORDERS_TARGET_REFUSED' })
  await t.rejects(centre.addEndpoint({ url: 'http://evil.example.org/' }), { code: 'CIV_WORKORDERS_TARGET_REFUSED' })
  await t.rejects(centre.addEndpoint({ url: 'ftp://localhost/' }), { code: 'CIV_WORKORDERS_ENDPOINT_INVALID' })
  const { url, got } = await serve(t, ok)
  const { state, centre: other } = await open(t, ['localhost'])
  await other.addEndpoint({ url: url.replace('127.0.0.1', 'localhost'), types: ['civitals.alarm.onset'] })
  await handOn(state, other, transition())
  await until(async () => (await other.deliveries()).items[0]?.attempts === 1, 'an attempt')
  t.match((await other.deliveries()).items, [{ state: 'waiting', lastError: /which is not allowed/ }])
  t.same(got, [])
})

t.test('a kept connection that the receiver closed meanwhile costs no attempt', async (t) => {
  const seen = new WeakSet<object>()
  const { url, got } = await serve(t, (response) => {
    const { socket } = response
    if (socket && seen.has(socket)) return void socket.destroy()
    if (socket) seen.add(socket)
    response.writeHead(204).end()
  })
  const { state, centre } = await open(t)
  await centre.addEndpoint({ url, types: ['civitals.alarm.onset'] })
  await handOn(state, centre, transition())
  await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 1, 'the first')
  await handOn(state, centre, transition('onset', { id: 'a2' }))
  await until(async () => (await centre.deliveries({ state: 'delivered' })).items.length === 2, 'the second')
  t.same(
    (await centre.deliveries()).items.map(({ attempts }) => attempts),
    [1, 1],
  )
  t.equal(got.length, 3)
})
