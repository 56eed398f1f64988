import type { EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import type { Windows } from './windows.ts'

/** Settled batches that may wait while other windows are rebuilt; more means the store cannot keep up with a rebuild. */
const mostWaiting = 20_000

/** The windows that settled readings go to, and the change to others while readings go on arriving. */
export class WindowFeed {
  #windows: Windows
  #waiting: SettlementBatch[] | undefined

  constructor(windows: Windows) {
    this.#windows = windows
  }

  get windows(): Windows {
    return this.#windows
  }

  settle(batch: SettlementBatch): void {
    this.#windows.settle(batch)
    this.#waiting?.push(batch)
  }

  /**
   * Changes to windows that `build` fills from the store with everything before `from`. What was settled meanwhile follows, from
   * that instant on; until then the old windows answer. A straggler from before it that arrives during the rebuild waits for the
   * next start.
   */
  async replace(from: EpochMs, build: () => Promise<Windows>): Promise<Windows> {
    const waiting: SettlementBatch[] = []
    this.#waiting = waiting
    try {
      const windows = await build()
      if (waiting.length > mostWaiting) {
        throw new CivitalsError('CIV_INDICATORS_BUSY', 'windows could not be rebuilt beside so many readings', {
          retryable: true,
        })
      }
      for (const batch of waiting) {
        for (const { readings } of batch.envelopes) {
          for (const reading of readings) if (reading.at >= from) windows.add(reading)
        }
      }
      this.#windows = windows
      return windows
    } finally {
      this.#waiting = undefined
    }
  }
}
