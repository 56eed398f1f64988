// The real protocol code in a small world where everything fails: nothing lost, nothing twice, and a seed that fails can be run again.
import t from 'tap'
import { thinnedOut } from '../../gateway/spool/thinning.ts'
import { tooOldToKeep } from '../../ingest/ledger/given-up.ts'
import { runSeed } from './world.ts'

const seeds = Number(process.env.CIVITALS_SEEDS ?? 200)

t.test('a seed run twice does the same', async (t) => {
  for (const seed of [11, 12, 13]) {
    const [first, second] = [await runSeed(seed), await runSeed(seed)]
    t.equal(first.hash, second.hash, `seed ${seed}`)
    t.same(first.facts, second.facts)
  }
})

t.test(`${seeds} seeds hold`, { timeout: 600_000 }, async (t) => {
  const facts = new Map<string, number>()
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = await runSeed(seed)
    for (const [name, number] of Object.entries(outcome.facts)) facts.set(name, (facts.get(name) ?? 0) + number)
    if (outcome.violations.length === 0) continue
    t.fail(`seed ${seed}: setup/with-node test/miniature/main.ts --seed ${seed} --trace`, { found: outcome.violations })
  }
  for (const name of [
    'stored',
    'duplicates',
    'declaredLost',
    thinnedOut,
    tooOldToKeep,
    'setAside',
    'rejected',
    'webhooks',
    'all killed',
  ]) {
    t.ok((facts.get(name) ?? 0) > 0, `${name}: ${facts.get(name) ?? 0}`)
  }
})
