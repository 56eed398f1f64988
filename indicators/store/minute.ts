import type { BodyResult } from '@civitals/contracts/body'
import type { EpochMs } from '@civitals/contracts/clock'
import type { Bodies } from '../body/bodies.ts'
import type { IndicatorOptions } from '../indicators.ts'
import type { Counts } from '../windows/counts.ts'
import type { Windows } from '../windows/windows.ts'
import { writeCounts } from './counts.ts'
import { trimBodies, writeBodies } from './history.ts'
import { writeMemory, writeSites } from './holds.ts'
import { pastEveryMs, writePast } from './past.ts'
import { writeDoubts } from './untaught.ts'

const hourMs = 3_600_000

/** Writes what each minute brought: scores, what gaps are held at, silent sites, doubtful readings and counts, in one transaction. */
export class MinuteWriter {
  readonly #options: Pick<IndicatorOptions, 'state' | 'onError'>
  readonly #bodies: Pick<Bodies, 'memories' | 'areaBodies' | 'sites'>
  readonly #counts: Counts
  #wroteAreas = Number.NEGATIVE_INFINITY

  constructor(
    options: Pick<IndicatorOptions, 'state' | 'onError'>,
    bodies: Pick<Bodies, 'memories' | 'areaBodies' | 'sites'>,
    counts: Counts,
  ) {
    this.#options = options
    this.#bodies = bodies
    this.#counts = counts
  }

  /** `at`: a whole minute. Never rejects: one that could not be written is reported, and what it brought stays due. */
  async write(body: BodyResult, doubts: Windows['doubts'], at: EpochMs, last: boolean): Promise<void> {
    const { memories, areaBodies, sites } = this.#bodies
    const changed = this.#counts.takeChanged()
    const silent = sites.takeFallenSilent()
    // The city each minute; all areas every ten, and at the end.
    const all = last || at - this.#wroteAreas >= pastEveryMs
    const kept = all ? memories : new Map([...memories].filter(([area]) => area === body.area))
    const doubtful = doubts.take()
    try {
      await this.#options.state.transaction(async (tx) => {
        await writeBodies(tx, all ? [body, ...areaBodies] : [body], at)
        if (at % pastEveryMs === 0) await writePast(tx, body, at)
        await writeMemory(tx, kept)
        await writeSites(tx, silent)
        await writeDoubts(tx, doubtful, at)
        await writeCounts(
          tx,
          changed.map((row) => ({ name: 'complaints', ...row })),
        )
        if (at % hourMs === 0) await trimBodies(tx, at)
      })
      if (all) this.#wroteAreas = at
    } catch (error) {
      this.#counts.giveBack(changed)
      doubts.giveBack(doubtful)
      sites.giveBack(silent)
      this.#options.onError?.(error)
    }
  }
}
