// `civitals ledger` and `ledger resend` against a running centre's API, as a shell sees them.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { run } from '../testing/run.ts'

const row = {
  gateway: 'gw-air',
  spool: '147527a1a6939907',
  produced: 120,
  stored: 100,
  rejected: 1,
  setAside: 2,
  waiting: 10,
  declaredLost: 7,
  lossAtLeast: true,
  duplicates: 0,
  reopened: 0,
  settledUpTo: 11,
  above: [],
  balanced: true,
  updatedAt: 1,
}

async function api(t: Test, answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    answer(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('every spool is a line, an unknown figure a question mark', async (t) => {
  const unknown = { ...row, gateway: 'gw-noise', produced: null, waiting: null, balanced: null, lossAtLeast: false }
  const centre = await api(t, (_, response) => response.end(JSON.stringify({ items: [unknown, row], next: null })))
  const shown = await run('ledger', '--centre', centre)
  t.equal(shown.code, 0, shown.err)
  const [head, air, noise] = shown.out.split('\n')
  t.match(head, /^gateway +spool +produced +stored +rejected +set aside +waiting +lost +account$/)
  t.match(air, /^gw-air +147527a1a6939907 +120 +100 +1 +2 +10 +>=7 +balanced$/)
  t.match(noise, /^gw-noise +147527a1a6939907 +\? +100 +1 +2 +\? +7 +gateway has not reported$/)
})

t.test('an account that is off balance fails the command', async (t) => {
  const centre = await api(t, (_, response) =>
    response.end(JSON.stringify({ items: [{ ...row, balanced: false }], next: null })),
  )
  const shown = await run('ledger', '--json', '--centre', centre)
  t.equal(shown.code, 1)
  t.match(JSON.parse(shown.out), [{ gateway: 'gw-air', balanced: false }])
})

t.test('a resend is asked for with its ranges and its reason', async (t) => {
  const asked: unknown[] = []
  const centre = await api(t, (request, response, body) => {
    asked.push([request.method, request.url, JSON.parse(body)])
    response.end(JSON.stringify({ id: '4', remaining: 21 }))
  })
  const args = ['ledger', 'resend', 'gw-air', row.spool, '--ranges', '1-20, 31', '--why', 'backup restored']
  const shown = await run(...args, '--centre', centre)
  t.equal(shown.code, 0, shown.err)
  t.match(shown.out, /^resend 4: 21 envelopes asked for/)
  const path = `/api/v1/ledger/gw-air/${row.spool}/resend`
  const ranges = [
    [1, 20],
    [31, 31],
  ]
  t.strictSame(asked, [['POST', path, { why: 'backup restored', ranges }]])
})

t.test('what is wrong is said in one line', async (t) => {
  const refusing = await api(t, (_, response) => {
    response.statusCode = 404
    response.end(JSON.stringify({ title: 'Not found', detail: 'There is no spool x of gw-air.' }))
  })
  const refused = await run('ledger', 'resend', 'gw-air', 'x', '--why', 'try', '--centre', refusing)
  t.match(refused, { code: 1, err: 'civitals: Not found: There is no spool x of gw-air.\n' })
  const stranger = await api(t, (_, response) => response.end('<html>'))
  t.match(await run('ledger', '--centre', stranger), { code: 1, err: /is no centre/ })
  const away = await run('ledger', '--centre', 'http://127.0.0.1:9')
  t.match(away, { code: 1, err: /no centre answers at http:\/\/127\.0\.0\.1:9/ })
  for (const wrong of ['0-3', '5-2', 'all', '']) {
    const usage = await run('ledger', 'resend', 'gw-air', 'x', '--why', 'try', '--ranges', wrong)
    t.match(usage, { code: 2, err: /--ranges takes numbers/ }, wrong)
  }
  t.match(await run('ledger', 'resend', 'gw-air', 'x'), { code: 2, err: /--why/ })
})
