// A whole ingest with stores in memory, for tests of a gateway that delivers.
import { systemClock } from '@civitals/contracts/system-clock'
import { type Ingest, openIngest } from '@civitals/ingest/ingest'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry } from '@civitals/ingest/registry'
import { MemorySeries } from '@civitals/storage/series-memory'
import { openSqliteState } from '@civitals/storage/sqlite'

export interface TestCentre {
  readonly ingest: Ingest
  close(): Promise<void>
}

/** Knows one gateway without terminals, whose readings are therefore set aside and settled. */
export async function testCentre(gateway: string, password: string): Promise<TestCentre> {
  const state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  const registry = await openRegistry(state)
  const name = { zh: '甲', en: 'one' }
  const city = { id: '440607', name, timeZone: 'Asia/Shanghai', areas: [], sites: [], terminals: [] }
  await registry.apply({ ...city, gateways: [{ id: gateway, name }] }, { [gateway]: password })
  const series = new MemorySeries()
  const logger = { warn: () => undefined, error: () => undefined }
  const listen = { host: '127.0.0.1', port: 0 }
  const ingest = await openIngest({ state, series, registry, clock: systemClock, steps: [], listen, logger })
  return {
    ingest,
    async close() {
      await ingest.close()
      await series.close()
      await state.close()
    },
  }
}
