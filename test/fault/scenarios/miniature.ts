// The real protocol code in a small world where everything fails, and the proof that this suite would notice.
import { mutations } from '../../miniature/mutations.ts'
import { runMutation } from '../../miniature/run-mutation.ts'
import { runSeed } from '../../miniature/world.ts'
import { type Scenario, scaled } from '../scenario.ts'

export const seedsHold: Scenario = {
  name: 'miniature: seeds',
  target:
    '10,000 seeds of crashes, lost and late messages, outages, drops by policy, clock steps, failing disks, resends: every rule holds, every account balances',
  minutes: 10,
  async run({ scale, say }) {
    const seeds = scaled(10_000, scale)
    const failures: Record<string, string> = {}
    const sums = new Map<string, number>()
    let events = 0
    const begun = performance.now()
    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await runSeed(seed)
      events += outcome.events
      for (const [fact, count] of Object.entries(outcome.facts)) sums.set(fact, (sums.get(fact) ?? 0) + count)
      if (outcome.violations.length > 0) {
        failures[`seed ${seed}`] = textOf(outcome.violations)
        say(`seed ${seed}: ${textOf(outcome.violations)}`)
      }
      if (seed % 1000 === 0) say(`${seed} of ${seeds} seeds`)
    }
    const perMinute = Math.round((seeds / (performance.now() - begun)) * 60_000)
    const failed = Object.keys(failures).length
    return {
      held: failed === 0,
      seen: `${seeds} seeds, ${failed} failed, ${events} events`,
      figures: {
        seeds,
        failed,
        events,
        'seeds a minute': perMinute,
        ...Object.fromEntries([...sums].sort()),
        ...failures,
      },
    }
  },
}

const mostTold = 3
const textOf = (violations: readonly string[]): string => {
  const more = violations.length > mostTold ? `; and ${violations.length - mostTold} more` : ''
  return violations.slice(0, mostTold).join('; ') + more
}

const mostSeeds = 400

export const mutationsCaught: Scenario = {
  name: 'miniature: mutations',
  target: 'one line of the real code made wrong at a time: every one is found',
  minutes: 3,
  async run({ say }) {
    const figures: Record<string, string> = {}
    let missed = 0
    for (const mutation of mutations) {
      const { seed } = runMutation(mutation, mostSeeds)
      if (seed === undefined) missed++
      figures[mutation.name] = seed === undefined ? `not found in ${mostSeeds} seeds` : `found with seed ${seed}`
      say(`${mutation.name}: ${figures[mutation.name]}`)
    }
    return { held: missed === 0, seen: `${mutations.length} mutations, ${missed} not found`, figures }
  },
}
