// Alarms and order centre together: a settled reading becomes an alarm, a case, an order and signed webhooks in one transaction.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import type { Terminal } from '@civitals/contracts/registry'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteState } from '@civitals/storage/sqlite'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { workorderMigrations } from './store/migrations.ts'
import { quiet, registry as sites, until } from './testing/centre.ts'
import { openWorkorders } from './workorders.ts'

const name = { zh: '积水', en: 'depth' }
const gauge: Terminal = {
  id: 'water-1',
  kind: 'road-water',
  profile: 'road-water-gauge',
  group: 'water',
  gateway: 'gw-1',
  site: 's-1',
  name,
  reportEveryMs: 60_000,
  points: [{ id: 'depth', unit: 'cm', name }],
}
const registry = {
  ...sites,
  terminal: (id: string) => (id === gauge.id ? gauge : undefined),
  point: (_: string, point: string) => gauge.points.find(({ id }) => id === point),
}

t.test('the storm on the shipped rules: two alarms, one case, one order, webhooks that verify', async (t) => {
  const got: { headers: Record<string, string>; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers as Record<string, string>, body })
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const migrations = [...alarmMigrations, ...workorderMigrations]
  const state = await openSqliteState({ file: `${t.testdir()}/state.db`, migrations })
  const clock = systemClock
  const centre = await openWorkorders({ state, registry, clock, logger: quiet, webhooks: { allow: ['127.0.0.1'] } })
  const alarms = await openAlarms({ state, registry, clock, onTransition: centre.onTransition })
  t.teardown(async () => {
    await alarms.close()
    await centre.close()
    await state.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { secret } = await centre.addEndpoint({ url })

  const at = clock.now()
  const readings = [12, 19, 31].map((value, index) => ({
    terminal: 'water-1',
    point: 'depth',
    at: at - 2000 + index * 1000,
    value,
    quality: 'good' as const,
  }))
  const effect = alarms.step({ envelopes: [{ gateway: 'gw-1', spool: 'sp', seq: 1, readings }], receivedAt: at })!
  await state.transaction((tx) => effect.write(tx))
  effect.committed()

  t.match((await alarms.list()).items, [{ rule: 'road-depth-critical' }, { rule: 'road-depth-high' }])
  t.match((await centre.cases()).items, [
    { matter: 'road-flooding', level: 1, reports: { length: 2 }, orders: { length: 1 } },
  ])
  await until(() => got.length === 5, 'five messages')
  const types = got.map(({ body, headers }) => (new Webhook(secret).verify(body, headers) as { type: string }).type)
  t.same(types, [
    'civitals.alarm.onset',
    'civitals.case.opened',
    'civitals.order.dispatched',
    'civitals.alarm.onset',
    'civitals.case.joined',
  ])
})
