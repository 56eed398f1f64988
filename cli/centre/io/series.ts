import { join } from 'node:path'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { RegistryView } from '@civitals/contracts/registry'
import type { Part, TornLog } from '@civitals/storage/duckdb'
import type { SeriesStore } from '@civitals/storage/series'
import type { Logger } from 'pino'

/** Which engine keeps the readings. */
export type StoreChoice = { readonly engine: 'duckdb' } | { readonly engine: 'influxdb'; readonly url: string }

/** Opens the chosen engine; each is loaded only when chosen. */
export async function openSeries(
  choice: StoreChoice,
  data: string,
  registry: RegistryView,
  clock: Clock,
  logger: Logger,
): Promise<SeriesStore> {
  // Sound levels are logarithms: their mean is one of energies [GB 3096-2008, Leq].
  const energyMean = (terminal: string, point: string): boolean => registry.point(terminal, point)?.unit === 'dBA'
  if (choice.engine === 'duckdb') {
    const { openDuckdbSeries } = await import('@civitals/storage/duckdb')
    const onTornLog = (torn: TornLog): void =>
      logger.warn(
        { ...torn },
        'a power loss had torn the end of the series log; it was cut off, nothing durable was in it',
      )
    const onLostFile = ({ file, rows }: Part): void =>
      logger.error({ file, rows }, 'a day file of the series store is gone, and its readings with it')
    const onTendFailed = (err: unknown): void =>
      logger.warn(
        { err },
        'day files of the series store could not be written; nothing is lost, tried again in a minute',
      )
    return await openDuckdbSeries({
      ...{ folder: join(data, 'series'), clock, energyMean },
      ...{ onTornLog, onLostFile, onTendFailed },
    })
  }
  const { openInfluxdbSeries } = await import('@civitals/storage/influxdb')
  const groupOf = (terminal: string): string => registry.terminal(terminal)?.group ?? 'unregistered'
  return await openInfluxdbSeries({ ...locate(choice.url), groupOf, clock, energyMean })
}

/** `http://user:password@host:8086/database`; the password may stand in CIVITALS_STORE_PASSWORD instead. */
function locate(text: string): { url: string; database: string; username?: string; password?: string } {
  const url = URL.parse(text)
  const database = url?.pathname.slice(1)
  if (!url || !database) {
    const message = `--store-url ${text} names no database; write http://HOST:8086/DATABASE`
    throw new CivitalsError('CIV_CLI_USAGE', message)
  }
  const password = url.password || process.env.CIVITALS_STORE_PASSWORD
  return {
    url: url.origin,
    database,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  }
}
