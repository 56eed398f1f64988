// The storm, as a newcomer sees it: `./civitals up`, rain, an alarm on the road, a dispatched case, a webhook that an independent
// verifier accepts, a lower score with its reason, all of it on the page in a real browser.
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Alarm } from '@civitals/contracts/alarm'
import type { BodyResult } from '@civitals/contracts/body'
import type { Case, Order } from '@civitals/contracts/case'
import { freePort } from '@civitals/contracts/testing/free-port'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { chromiumMissing, openBrowser } from './stage/browser.ts'
import { civitals, eventually, getJson, root, temporaryFolder } from './stage/process.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function receiver(t: Test): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}

interface Event {
  readonly specversion: string
  readonly type: string
  readonly subject: string
  readonly data: { readonly alarm?: Alarm }
}

t.test(
  'a storm raises the alarm, opens a case, signs a webhook and lowers the score, on the page too',
  { skip: chromiumMissing },
  async (t) => {
    const folder = temporaryFolder(t)
    const [port, broker] = [await freePort(), await freePort()]
    const centre = civitals(t, 'up', '--data', folder, '--port', String(port), '--broker-port', String(broker))
    const ready = await centre.prints(/Civitals is ready: (http:\S+)/, 120_000)
    const api = `${ready[1]}/api/v1`
    const { url, received } = await receiver(t)
    const registered = await fetch(`${api}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-civitals': '1' },
      body: JSON.stringify({ url }),
    })
    t.equal(registered.status, 201, 'the endpoint is registered')
    const { secret } = (await registered.json()) as { secret: string }

    const live = await eventually(async () => {
      const { items } = await getJson<{ items: { id: string; state: string }[] }>(`${api}/terminals?limit=1000`)
      return items.filter((terminal) => terminal.state === 'live').length === 53 ? items.length : undefined
    })
    t.equal(live, 53, '53 live terminals')
    const before = await eventually(async () => {
      const body = await getJson<BodyResult>(`${api}/city`)
      return body.score === null ? undefined : body
    })
    t.equal(before.ceiling, undefined, 'no ceiling before the storm')

    const storm = civitals(t, 'simulate', 'storm', '--speed', '60', '--data', folder)
    t.equal(await storm.ended, 0, 'the storm is on')
    const alarm = await eventually(async () => {
      const { items } = await getJson<{ items: Alarm[] }>(`${api}/alarms?state=live&limit=1000`)
      return items.find(({ subject }) => subject.kind === 'series' && subject.terminal === 'road-water-01')
    }, 150_000)
    t.ok((alarm.value ?? 0) > alarm.limit, `depth ${alarm.value} over ${alarm.limit} cm`)

    const found = await eventually(async () => {
      const { items } = await getJson<{ items: Case[] }>(`${api}/cases?limit=1000`)
      return items.find((one) => one.reports.some((report) => report.alarm === alarm.id))
    })
    t.equal(found.orders.length, 1, 'one case with one order')
    const { items: orders } = await getJson<{ items: Order[] }>(`${api}/orders?limit=1000`)
    const order = orders.find(({ id }) => id === found.orders[0])
    t.equal(order?.state, 'dispatched', 'the order is dispatched')

    const message = await eventually(async () =>
      received.find(({ body }) => (JSON.parse(body) as Event).data.alarm?.id === alarm.id),
    )
    const event = new Webhook(secret).verify(message.body, message.headers as Record<string, string>) as Event
    t.equal(event.specversion, '1.0', 'a CloudEvent, signature accepted by standardwebhooks')
    t.throws(
      () => new Webhook(secret).verify(`${message.body} `, message.headers as Record<string, string>),
      'not when altered',
    )

    const after = await eventually(async () => {
      const body = await getJson<BodyResult>(`${api}/city`)
      return body.ceiling?.indicator === 'RENL-01' ? body : undefined
    }, 90_000)
    t.ok((after.score ?? 100) < (before.score ?? 0), `score ${before.score} fell to ${after.score}`)
    t.ok((after.score ?? 100) <= 69, 'at most 69 under a vital sign in D')

    const page = await openBrowser(t, { width: 1920, height: 1080 })
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(ready[1] ?? '') && !/^(data|blob):/.test(request.url())) foreign.push(request.url())
    })
    await page.goto(ready[1] ?? '')
    await page.getByText('道路积水', { exact: false }).first().waitFor()
    await page.getByText('封顶', { exact: false }).first().waitFor()
    await page.waitForTimeout(4000)
    const pictures = join(root, 'var/pictures')
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, 'storm.png') })
    t.same(foreign, [], 'no request leaves the origin')
  },
)
