import type { Clock, Timer } from '@civitals/contracts/clock'
import type { PendingEffect } from '@civitals/contracts/settlement'
import type { StateStore, StateTx } from '@civitals/storage/state'
import type { Logger } from 'pino'

export interface FollowerParts {
  /** Tells when there may be something new to judge. */
  readonly subscribe: (listener: () => void) => Disposable
  /** Judges what is known now; undefined: nothing to write. */
  readonly evaluate: () => PendingEffect<StateTx> | undefined
  /** Said when it could not be written. */
  readonly failed: string
  readonly state: StateStore
  readonly clock: Clock
  readonly logger: Logger
}

const againAfterMs = 10_000

/** Lets rules judge what the centre finds out by itself, at once and whenever it changes. Never two at a time; tried again when it fails. */
export function followFindings({ subscribe, evaluate, failed, state, clock, logger }: FollowerParts): Disposable {
  let turn: Promise<void> = Promise.resolve()
  let timer: Timer | undefined
  let stopped = false
  const judge = async (): Promise<void> => {
    const effect = evaluate()
    if (!effect) return
    await state.transaction((tx) => effect.write(tx))
    effect.committed()
  }
  const next = (): void => {
    turn = turn.then(judge).catch((error: unknown) => {
      logger.error({ err: error }, failed)
      if (!stopped) timer = clock.after(againAfterMs, next)
    })
  }
  const subscription = subscribe(next)
  next()
  return {
    [Symbol.dispose]() {
      stopped = true
      timer?.cancel()
      subscription[Symbol.dispose]()
    },
  }
}
