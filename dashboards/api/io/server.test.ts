import { systemClock } from '@civitals/contracts/system-clock'
import { demoCity } from '@civitals/simulator/city'
import t from 'tap'
import { fixtureSources } from '../../test/fixture-sources.ts'
import { openApi } from './server.ts'

const fixture = fixtureSources({ city: await demoCity(), clock: systemClock, stormAt: systemClock.now() - 60_000 })
const api = await openApi({ sources: fixture.sources, port: 0 })
t.teardown(() => api.close())

t.test('it binds to the loopback address', async (t) => {
  t.equal(api.url, `http://127.0.0.1:${api.port}`)
})

t.test('a taken port is one line that says which and how to choose another', async (t) => {
  await t.rejects(openApi({ sources: fixture.sources, port: api.port }), {
    code: 'CIV_DASHBOARDS_PORT_TAKEN',
    message: new RegExp(`port ${api.port} .*--port`),
  })
})

t.test('the stream says hello and brings what changed', async (t) => {
  const abort = new AbortController()
  const response = await fetch(`${api.url}/api/v1/stream`, { signal: abort.signal })
  t.match(response.headers.get('content-type'), /^text\/event-stream/)
  t.ok(response.headers.get('content-security-policy'))
  const body = fixture.sources.city()
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (/event: hello\n/.test(text) && !/event: body/.test(text)) fixture.emit({ kind: 'body', body: body! })
    if (/event: body\ndata: .*\n\n/.test(text)) break
  }
  t.match(text, /event: body\ndata: \{"area":"440607"/)
  abort.abort()
})

t.test('closing ends open streams', async (t) => {
  const other = await openApi({ sources: fixture.sources, port: 0 })
  const response = await fetch(`${other.url}/api/v1/stream`)
  const ended = response.text().catch(() => 'cut')
  await other.close()
  t.type(await ended, 'string')
  await t.rejects(fetch(`${other.url}/healthz`))
})
