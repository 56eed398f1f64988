// kill -9 against the ground truth: at random instants, and at chosen places of the settlement.

import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '../../stage/seeded.ts'
import { type Scenario, scaled } from '../scenario.ts'
import { type Acting, against } from '../truth/against.ts'
import { dyingAt, places } from '../truth/die-at.ts'

const rounds = (scale: number): number => scaled(300, scale, 3)
/** A round with its restarts, about. */
const roundMs = 3_500

/** Kills feeder, centre or both, and starts them again. Returns how many processes were killed. */
export async function killRounds({ trial, cast, workshop }: Acting, count: number): Promise<number> {
  const random = seeded(workshop.seed)
  let killed = 0
  for (let round = 0; round < count; round++) {
    await pause(500 + random() * 1500)
    const [feeder, centre] = [round % 3 !== 1, round % 3 !== 0]
    const dying = [...(feeder ? [cast.feeder] : []), ...(centre ? [cast.centre] : [])]
    const ended = await Promise.all(dying.map((one) => one.kill('SIGKILL')))
    if (ended.some((signal) => signal !== 'SIGKILL')) {
      throw new Error(
        `round ${round}: a process ended by itself: ${ended} ${dying.map((one) => one.output().slice(-300))}`,
      )
    }
    killed += dying.length
    const [again, feeding] = await Promise.all([
      centre ? trial.startCentre() : cast.centre,
      feeder ? trial.startFeeder() : cast.feeder,
    ])
    cast.centre = again
    cast.feeder = feeding
    if (count < 20 || round % 20 === 19) workshop.say(`${round + 1} of ${count} rounds`)
  }
  return killed
}

export const truthKills: Scenario = against({
  name: 'kills: 2 M readings against the truth',
  target:
    'kill -9 of gateway, centre with its stores, or all at once at 300 random instants over 2 M readings: 0 lost, 0 twice, one order an onset, webhooks under stable ids',
  minutes: 20,
  lastsMs: (scale) => rounds(scale) * roundMs,
  // Two readings a terminal each 25 ms: 3,200 a second of a feeder that lives two seconds of three.
  options: () => ({ terminals: 60 }),
  async act(acting) {
    const count = rounds(acting.workshop.scale)
    return { rounds: count, kills: await killRounds(acting, count) }
  },
})

export const chosenKills: readonly Scenario[] = Object.keys(places)
  .slice(0, 2)
  .map((place) =>
    against({
      name: `kills: ${place}`,
      target: 'the centre dies there 50 times: 0 lost, 0 twice, one order an onset',
      minutes: 5,
      lastsMs: (scale) => scaled(50, scale, 5) * roundMs,
      async act({ trial, cast, workshop }) {
        const deaths = scaled(50, workshop.scale, 5)
        await cast.centre.kill('SIGKILL')
        for (let death = 0; death < deaths; death++) {
          const doomed = trial.tryCentre({ env: dyingAt(place) })
          const ended = await doomed.ended
          if (ended !== 'SIGKILL') throw new Error(`ended by itself: ${ended} ${doomed.output().slice(-500)}`)
        }
        cast.centre = await trial.startCentre()
        return { deaths }
      },
    }),
  )
