import { join } from 'node:path'
import { type Clock, sleep } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { RegistryView } from '@civitals/contracts/registry'
import type { Part, TornLog } from '@civitals/storage/duckdb'
import type { SeriesStore } from '@civitals/storage/series'
import type { Logger } from 'pino'
import type { StoreChoice } from './store-choice.ts'

/** Opens the chosen engine; each is loaded only when chosen. `signal` ends waiting for a server that does not answer. */
export async function openSeries(
  choice: StoreChoice,
  data: string,
  registry: RegistryView,
  clock: Clock,
  logger: Logger,
  signal?: AbortSignal,
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
  const open = (): Promise<SeriesStore> => openInfluxdbSeries({ ...choice, groupOf, clock, energyMean })
  return await whenItAnswers(open, clock, logger, signal)
}

const askAgainMs = 2_000

/** After a power cut the centre may be up before the server beside it: it waits, for ever, as it does when the server goes later. */
async function whenItAnswers(
  open: () => Promise<SeriesStore>,
  clock: Clock,
  logger: Logger,
  signal?: AbortSignal,
): Promise<SeriesStore> {
  for (;;) {
    try {
      return await open()
    } catch (err) {
      if (!(err instanceof CivitalsError && err.retryable)) throw err
      logger.warn({ err }, 'the series store does not answer; the centre starts when it does')
      process.stderr.write(`civitals: waiting for the series store: ${err.message}\n`)
      await sleep(clock, askAgainMs, signal)
    }
  }
}
