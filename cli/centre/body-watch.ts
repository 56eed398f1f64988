import type { AlarmEngine } from '@civitals/alarms/alarms'
import type { Clock } from '@civitals/contracts/clock'
import type { IndicatorEngine } from '@civitals/indicators/indicators'
import type { StateStore } from '@civitals/storage/state'
import type { Logger } from 'pino'

export interface BodyWatchOptions {
  readonly indicators: IndicatorEngine
  readonly alarms: AlarmEngine
  readonly state: StateStore
  readonly clock: Clock
  readonly logger: Logger
  readonly everyMs: number
}

/** Computes the body again and again and lets the rules on indicators judge it; never two at a time. */
export function watchBody(options: BodyWatchOptions): Disposable {
  const { indicators, alarms, state, clock, logger, everyMs } = options
  let timer = clock.after(0, () => void turn())
  let stopped = false

  const judge = async (): Promise<void> => {
    const body = await indicators.tick()
    const results = body.systems.flatMap((system) => system.indicators)
    const effect = alarms.evaluateIndicators(results, body.at, indicators.approaches())
    if (!effect) return
    await state.transaction((tx) => effect.write(tx))
    effect.committed()
  }
  const turn = async (): Promise<void> => {
    try {
      await judge()
    } catch (error) {
      logger.error({ err: error }, 'the body could not be judged')
    }
    if (!stopped) timer = clock.after(everyMs, () => void turn())
  }
  return {
    [Symbol.dispose]() {
      stopped = true
      timer.cancel()
    },
  }
}
