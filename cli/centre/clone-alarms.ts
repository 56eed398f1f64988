import type { AlarmEngine, GatewayFact } from '@civitals/alarms/alarms'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Clone } from '@civitals/contracts/clone'
import type { Ingest } from '@civitals/ingest/ingest'
import type { StateStore } from '@civitals/storage/state'
import type { Logger } from 'pino'

export interface CloneAlarmParts {
  readonly ingest: Pick<Ingest, 'clones' | 'subscribeClones'>
  readonly alarms: AlarmEngine
  readonly state: StateStore
  readonly clock: Clock
  readonly logger: Logger
}

const againAfterMs = 10_000

/** Raises the alarm of a gateway id that several boxes use, and returns it when a person has released the gateway. Never two at a time. */
export function watchClones({ ingest, alarms, state, clock, logger }: CloneAlarmParts): Disposable {
  let turn: Promise<void> = Promise.resolve()
  let timer: Timer | undefined
  let stopped = false
  const judge = async (): Promise<void> => {
    const effect = alarms.evaluateGateways(ingest.clones().map(factOf))
    if (!effect) return
    await state.transaction((tx) => effect.write(tx))
    effect.committed()
  }
  const next = (): void => {
    turn = turn.then(judge).catch((error: unknown) => {
      logger.error({ err: error }, 'clones could not be judged; tried again')
      if (!stopped) timer = clock.after(againAfterMs, next)
    })
  }
  const subscription = ingest.subscribeClones(next)
  next()
  return {
    [Symbol.dispose]() {
      stopped = true
      timer?.cancel()
      subscription[Symbol.dispose]()
    },
  }
}

const factOf = ({ gateway, foundAt, releasedAt, refused, addresses }: Clone): GatewayFact => ({
  ...{ gateway, fact: 'boxes', at: releasedAt ?? foundAt, detail: addresses.join(', ') },
  value: releasedAt === null ? Math.max(2, 1 + refused.length) : 1,
})
