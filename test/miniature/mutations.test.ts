// The suite itself is proved: with one line of the real code made wrong, some seed must fail.
import t from 'tap'
import { mutate, mutations, sourceOf } from './mutations.ts'
import { runMutation } from './run-mutation.ts'

const most = 400

for (const mutation of mutations) {
  t.test(mutation.name, { timeout: 300_000 }, async (t) => {
    const { seed, violation } = runMutation(mutation, most)
    t.ok(seed !== undefined, `found with seed ${seed}: ${violation}`)
  })
}

t.test('a mutation whose target is gone fails', async (t) => {
  for (const mutation of mutations) t.doesNotThrow(() => mutate(mutation, sourceOf(mutation)))
  t.throws(() => mutate({ name: 'x', file: 'y', find: 'not there', put: '' }, 'a text'))
})
