import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { RegistryView } from '@civitals/contracts/registry'
import type { PastInstant } from '@civitals/indicators/afterwards'
import { Hourly } from '@civitals/indicators/hourly'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import { groundsOf, type ReplayJob } from './replay-job.ts'

const minuteMs = 60_000
const everyMs = 10 * minuteMs
const dayMs = 86_400_000
/** What may still be computed at the time: readings so old amend windows of now. */
const settledAfterMs = 15 * minuteMs
/** Past each hour, when the other work of the hour is done. */
const pastHourMs = 20 * minuteMs

/** Computes the instants of a job; disposed of, one under way ends without them. */
export interface Replay extends AsyncDisposable {
  run(job: ReplayJob): Promise<readonly PastInstant[]>
}

export interface ScoreFillerOptions {
  readonly registry: RegistryView
  readonly indicators: Pick<IndicatorEngine, 'complaints' | 'definitions' | 'fillIn' | 'limits' | 'unseen' | 'valuesOf'>
  readonly replay: Replay
  readonly clock: Clock
  readonly firstAfterMs: number
  readonly onError: (error: unknown) => void
}

/**
 * Fills the last day of the city's scores where nobody computed them: the day before the first start where readings were brought
 * along, and hours in which the centre was away and the gateways held what they read. Until such an instant is a day old it is computed
 * again every hour, with what has come since. An instant without enough data stays a hole.
 */
export class ScoreFiller implements AsyncDisposable {
  readonly #options: ScoreFillerOptions
  readonly #hourly: Hourly

  constructor(options: ScoreFillerOptions) {
    const { clock, firstAfterMs, onError } = options
    this.#options = options
    this.#hourly = new Hourly({ clock, work: () => this.#fill(), pastHourMs, onError })
    this.#hourly.after(firstAfterMs)
  }

  /** Now; resolves when it is done. */
  run(): Promise<void> {
    return this.#hourly.run()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#hourly.stop(() => this.#options.replay[Symbol.asyncDispose]())
  }

  async #fill(): Promise<void> {
    const { registry, indicators, replay, clock } = this.#options
    const now = clock.now()
    const unseen = await indicators.unseen(now - dayMs - everyMs, now - settledAfterMs)
    const [from, to] = [unseen[0], unseen.at(-1)]
    if (from === undefined || to === undefined) return
    const grounds = await groundsOf(registry, indicators, { from, to, everyMs })
    const found = await replay.run({ ...grounds, kind: 'instants', catalogue: indicators.definitions.catalogue })
    const wanted = new Set<EpochMs>(unseen)
    await indicators.fillIn(found.filter(({ at, score }) => score !== null && wanted.has(at)))
  }
}
