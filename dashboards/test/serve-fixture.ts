// A server over the fixture city for tests: nothing listens, requests are injected.
import { FakeClock } from '@civitals/contracts/clock'
import { demoCity } from '@civitals/simulator/city'
import type { FastifyInstance } from 'fastify'
import { buildApi } from '../api/io/server.ts'
import type { ApiSources } from '../api/sources.ts'
import { type Fixture, fixtureSources } from './fixture-sources.ts'

export interface Served {
  readonly server: FastifyInstance
  readonly fixture: Fixture
  readonly clock: FakeClock
}

/** The storm of the fixture is 49 minutes old; `change` replaces single functions of its sources. */
export async function serveFixture(change: Partial<ApiSources> = {}): Promise<Served> {
  const clock = new FakeClock()
  const fixture = fixtureSources({ city: await demoCity(), clock, stormAt: clock.now() - 49 * 60_000 })
  const server = await buildApi({ sources: { ...fixture.sources, ...change }, clock })
  return { server, fixture, clock }
}
