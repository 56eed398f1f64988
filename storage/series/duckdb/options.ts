import type { Clock } from '@civitals/contracts/clock'
import type { EnergyMean } from '../bucket.ts'
import type { Tended } from './io/closer.ts'
import type { TornLog } from './io/torn-log.ts'
import type { Part } from './layout.ts'
import type { KeptDays } from './retention.ts'

export interface DuckdbSeriesOptions {
  /** Made if need be; one process at a time may have it open. */
  readonly folder: string
  /** Memory DuckDB may use for itself, MB. Default 256. */
  readonly memoryLimitMb?: number
  readonly clock: Clock
  readonly energyMean?: EnergyMean
  /** Days each kind of file stays. Default: readings and minutes 400, hours 3660. */
  readonly keptDays?: Partial<KeptDays>
  /** Readings after which the next open table is begun within the hour. Default 4 million. */
  readonly openTableRows?: number
  /** Told when a power loss had torn the end of the log, which was cut off; nothing that was durable is in it. */
  readonly onTornLog?: (torn: TornLog) => void
  /** Told at open of a day file that is gone; its readings are. */
  readonly onLostFile?: (part: Part) => void
  /** Told what a round of the closer has done, when it has done anything. */
  readonly onTended?: (tended: Tended) => void
  /** Told when day files could not be written or removed; nothing is lost, it is tried again a minute later. */
  readonly onTendFailed?: (error: unknown) => void
}
