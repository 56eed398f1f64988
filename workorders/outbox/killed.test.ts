// kill -9 between commit and delivery: the message goes out after the restart, with the id and the body of the first attempt.
import { spawn } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { openState, quiet, registry, until } from '../testing/centre.ts'
import { openWorkorders } from '../workorders.ts'

t.test('a centre killed while it delivers', async (t) => {
  const got: { headers: Record<string, string>; body: string }[] = []
  let answer = (_: ServerResponse): void => undefined
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers as Record<string, string>, body })
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const file = `${t.testdir()}/state.db`
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const child = spawn(process.execPath, [join(import.meta.dirname, '../testing/killed-centre.ts'), file, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let secret = ''
  child.stdout.on('data', (chunk) => {
    secret += chunk
  })
  await until(() => got.length === 1 && secret.endsWith('\n'), 'the first attempt')
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGKILL')
  await ended

  answer = (response) => void response.writeHead(204).end()
  const state = await openState(file)
  const webhooks = { allow: ['127.0.0.1'] }
  const centre = await openWorkorders({ state, registry, clock: systemClock, logger: quiet, webhooks })
  t.teardown(async () => {
    await centre.close()
    await state.close()
  })
  await until(
    async () => (await centre.deliveries({ state: 'delivered' })).items.length === 1,
    'delivery after the restart',
  )
  t.equal(got.length, 2)
  t.equal(got[1]!.headers['webhook-id'], got[0]!.headers['webhook-id'])
  t.equal(got[1]!.body, got[0]!.body)
  t.ok(new Webhook(secret.trim()).verify(got[1]!.body, got[1]!.headers))
})
