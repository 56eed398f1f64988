import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../stage/process.ts'
import type { Mutation } from './mutations.ts'

export interface Caught {
  /** The first seed that failed; undefined when all passed, which is a defect of the suite. */
  readonly seed: number | undefined
  readonly violation: string
}

/** Runs the seed that found it before, then seeds 1 to `most`, in a process of its own with the mutation in place, until one fails. */
export function runMutation(mutation: Mutation, most: number): Caught {
  const caught = runSeeds(mutation, mutation.seed, 1)
  return caught.seed === undefined ? runSeeds(mutation, 1, most) : caught
}

function runSeeds({ name }: Mutation, from: number, count: number): Caught {
  const args = ['--import', join(root, 'test/miniature/mutate.ts'), join(root, 'test/miniature/main.ts')]
  const seeds = ['--from', String(from), '--count', String(count)]
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, ...seeds], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CIVITALS_MUTATION: name, NODE_OPTIONS: '' },
  })
  if (status === 0) return { seed: undefined, violation: '' }
  const found = /^seed (\d+) \(trace \w+\): (.*)$/m.exec(stdout)
  if (!found) throw new Error(`mutation "${name}" did not run: ${stderr.slice(0, 500)}`)
  return { seed: Number(found[1]), violation: String(found[2]).slice(0, 200) }
}
