// A short run; `npm run fault` opens images of 200 instants each.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../../stage/process.ts'
import { seeded } from '../../stage/seeded.ts'
import { type Check, checkCentre, checkSpool } from './checks.ts'
import { openCrashImages } from './crash-images.ts'
import { record } from './record.ts'
import type { Operation } from './trace.ts'

const skip = spawnSync('strace', ['-V']).status !== 0 && 'strace is not installed'

async function recorded(
  t: Test,
  program: string,
  envelopes: number,
): Promise<{ root: string; operations: Operation[] }> {
  const folder = temporaryFolder(t)
  const root = join(folder, 'data')
  mkdirSync(root)
  return { root, operations: await record(program, root, folder, String(envelopes)) }
}

async function open(t: Test, recorded: { root: string; operations: Operation[] }, check: Check, instants: number) {
  const options = { ...recorded, scratch: temporaryFolder(t), lucky: 1, random: seeded(20261127), check, instants }
  return await openCrashImages(options)
}

t.test('a spool after power loss holds everything it had reported committed', { skip }, async (t) => {
  const run = await recorded(t, 'spool', 200)
  const { reported, images, failures } = await open(t, run, checkSpool, 8)
  t.ok(reported >= 200, `${reported} envelopes, ${images} images`)
  t.same(failures, [])
})

t.test('a spool that does not flush is found out', { skip }, async (t) => {
  const { root, operations } = await recorded(t, 'spool', 60)
  const lazy = operations.filter(({ kind }) => kind !== 'flush ends')
  const { failures } = await open(t, { root, operations: lazy }, checkSpool, 4)
  t.not(failures.length, 0)
})

t.test('the centre after power loss holds everything it had acknowledged, once', { skip }, async (t) => {
  const run = await recorded(t, 'centre', 120)
  const renamed = run.operations.flatMap((operation) => (operation.kind === 'rename' ? operation.to : []))
  const kinds = ['raw', 'minute', 'hour'].filter((kind) => renamed.some((path) => path.includes(`-${kind}-`)))
  t.same(kinds, ['raw', 'minute', 'hour'], `${renamed.length} day files were made on the way`)
  const { reported, images, failures } = await open(t, run, checkCentre, 5)
  t.equal(reported, 120, `${images} images`)
  t.same(failures, [])
})
