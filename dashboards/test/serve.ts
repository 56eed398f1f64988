// Serves the pages over the fixture city: `node dashboards/test/serve.ts [--port 8090] [--calm]`.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@civitals/contracts/system-clock'
import { demoCity } from '@civitals/simulator/city'
import { openApi } from '../api/io/server.ts'
import { fixtureSources } from './fixture-sources.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8090' }, calm: { type: 'boolean' } } })
const stormAt = values.calm ? systemClock.now() + 1e10 : systemClock.now() - 48 * 60_000
const fixture = fixtureSources({ city: await demoCity(), clock: systemClock, stormAt })
const api = await openApi({
  sources: fixture.sources,
  port: Number(values.port),
  pagesFolder: join(import.meta.dirname, '..', 'dist'),
})
process.stdout.write(`${api.url}\n`)
setInterval(() => {
  const body = fixture.sources.city()
  if (body) fixture.emit({ kind: 'body', body })
  fixture.emit({ kind: 'readings', readings: [...fixture.sources.latest()] })
}, 2000)
