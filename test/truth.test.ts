// A short run against the ground truth: kills, then every reading, onset, order and webhook compared; `npm run fault` runs all of it.
import t from 'tap'
import { truthKills } from './fault/scenarios/truth-kills.ts'
import { temporaryFolder } from './stage/process.ts'

t.test(
  'kills of gateway and centre: nothing lost, nothing twice, one order an onset',
  { timeout: 900_000 },
  async (t) => {
    const seed = 20261129
    t.comment(`seed ${seed}`)
    const folder = temporaryFolder(t)
    const say = (line: string): void => t.comment(line)
    const { held, seen, figures } = await truthKills.run({
      teardown: (end) => t.teardown(end),
      folder,
      seed,
      scale: 0.01,
      say,
    })
    t.ok(held, seen)
    t.ok(Number(figures.committed) > 1000 && Number(figures.onsets) > 0, seen)
  },
)
