// A scenario against the ground truth: what happens is its own; how it ends and what is counted is the same for all.
import type { Running } from '../../stage/process.ts'
import { type Scenario, scaled, type Workshop } from '../scenario.ts'
import { check, type Found, held, inWords } from './checker.ts'
import { openTrial, type Trial, type TrialOptions } from './trial.ts'

/** The processes that run now. */
export interface Cast {
  centre: Running
  feeder: Running
}

export interface Acting {
  readonly trial: Trial
  readonly cast: Cast
  readonly workshop: Workshop
}

export interface Plot extends Pick<Scenario, 'name' | 'target' | 'minutes'> {
  readonly options?: (workshop: Workshop) => Partial<TrialOptions> | Promise<Partial<TrialOptions>>
  /** About how long `act` takes at this scale: onsets spread over it. */
  readonly lastsMs: (scale: number) => number
  /** Begins with both processes at work on a clean line, and ends with both of them at work. Returns figures of its own. */
  act(acting: Acting): Promise<Record<string, number | string>>
  /** Beyond lost, twice, orders and accounts. */
  readonly also?: (found: Found) => string | undefined
}

export const against = ({ act, also, lastsMs, options, ...named }: Plot): Scenario => ({
  ...named,
  async run(workshop) {
    const { folder, scale, seed } = workshop
    const trial = await openTrial({
      ...{ ending: workshop, folder, seed, onsetsWithinMs: lastsMs(scale) },
      ...(await options?.(workshop)),
    })
    const cast = { centre: await trial.startCentre(), feeder: await trial.startFeeder() }
    const figures = await act({ trial, cast, workshop })
    await cast.feeder.kill('SIGTERM')
    await trial.drain()
    const found = await check(trial)
    await cast.centre.kill('SIGTERM')
    const { wrong, ...counts } = found
    for (const one of wrong.slice(0, 20)) workshop.say(one)
    const more = also?.(found)
    return {
      held: held(found) && more === undefined,
      seen: inWords(found) + (more === undefined ? '' : `; ${more}`),
      figures: { ...figures, ...counts, balanced: String(counts.balanced), wrong: wrong.length },
    }
  },
})

export { scaled }
