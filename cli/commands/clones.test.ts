// `civitals clones` and `clones release` against a running centre's API, as a shell sees them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { run } from '../testing/run.ts'

const box = (boot: string, spool: string, address: string | null) => ({
  ...{ boot, spool, address, firstHeardAt: 1, lastHeardAt: 2, saidAt: 2 },
})
const clone = {
  ...{ gateway: 'gw-07', foundAt: Date.UTC(2026, 5, 12), evidence: 'two boxes', sharedSpool: true },
  ...{ kept: box('b-1', 's1', '10.0.0.5:4000'), refused: [box('b-2', 's1', null)], addresses: ['10.0.0.5:4000'] },
  ...{ releasedAt: null, releasedBy: null },
}

async function api(t: Test, answer: unknown, asked: unknown[] = []): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push([request.method, request.url, body])
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('both boxes and where they are; one that waits for a decision fails the command', async (t) => {
  const shown = await run('clones', '--centre', await api(t, { items: [clone], next: null }))
  t.equal(shown.code, 1, shown.err)
  t.match(shown.out, /gw-07: two boxes, found 2026-06-12T00:00:00.000Z, waits for a decision/)
  t.match(shown.out, /kept +boot b-1, spool s1, 10\.0\.0\.5:4000\n +refused +boot b-2, spool s1, address unknown/)
  t.match(shown.out, /the spool was copied/)
  const released = { ...clone, releasedAt: 1, releasedBy: 'li' }
  t.match(await run('clones', '--centre', await api(t, { items: [released], next: null })), {
    code: 0,
    out: /released by li/,
  })
  t.match(await run('clones', '--centre', await api(t, { items: [], next: null })), { code: 0, out: /no gateway id/ })
})

t.test('a release names the gateway, and the box that goes on', async (t) => {
  const asked: unknown[] = []
  const centre = await api(t, clone, asked)
  t.match(await run('clones', 'release', 'gw-07', '--keep', 'b-2', '--centre', centre), {
    code: 0,
    out: /gw-07 is released/,
  })
  await run('clones', 'release', 'gw-07', '--centre', centre)
  const path = '/api/v1/ingest/clones/gw-07/release'
  t.same(asked, [
    ['POST', path, '{"keep":"b-2"}'],
    ['POST', path, '{}'],
  ])
  t.match(await run('clones', 'release'), { code: 2 })
})
