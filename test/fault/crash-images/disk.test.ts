import t from 'tap'
import { RecordedDisk } from './disk.ts'
import type { Operation } from './trace.ts'

const write = (path: string, offset: number, text: string): Operation => ({
  ...{ kind: 'write', path, offset, data: Buffer.from(text) },
})
const create = (path: string): Operation => ({ kind: 'open', path, create: true, truncate: false })
let flushes = 0
const flush = (path: string): Operation[] => {
  flushes++
  return [
    { kind: 'flush begins', path, flush: flushes },
    { kind: 'flush ends', path, flush: flushes },
  ]
}

function diskAfter(...operations: Operation[]): RecordedDisk {
  const disk = new RecordedDisk()
  for (const operation of operations) disk.apply(operation)
  return disk
}

const shown = (disk: RecordedDisk, random?: () => number): Record<string, string> =>
  Object.fromEntries([...disk.image(random)].map(([path, content]) => [path, content.toString('latin1')]))

t.test('what was not flushed is gone, the name of the file with it', async (t) => {
  t.same(shown(diskAfter(create('/d/a'), write('/d/a', 0, 'lost'))), {})
  t.same(shown(diskAfter(create('/d/a'), write('/d/a', 0, 'kept'), ...flush('/d/a'), write('/d/a', 4, 'lost'))), {
    '/d/a': 'kept',
  })
})

t.test('a flush covers what was written before it began, not what came while it ran', async (t) => {
  const disk = diskAfter(create('/d/a'), write('/d/a', 0, 'before'))
  disk.apply({ kind: 'flush begins', path: '/d/a', flush: 900 })
  disk.apply(write('/d/a', 6, 'during'))
  t.same(shown(disk), {}, 'nothing is promised before it returns')
  disk.apply({ kind: 'flush ends', path: '/d/a', flush: 900 })
  t.same(shown(disk), { '/d/a': 'before' })
})

t.test('of two flushes at once the one that ends later covers no more than it began with', async (t) => {
  const disk = diskAfter(create('/d/a'), write('/d/a', 0, '1'))
  disk.apply({ kind: 'flush begins', path: '/d/a', flush: 901 })
  disk.apply(write('/d/a', 1, '2'))
  disk.apply({ kind: 'flush begins', path: '/d/a', flush: 902 })
  disk.apply(write('/d/a', 2, '3'))
  disk.apply({ kind: 'flush ends', path: '/d/a', flush: 902 })
  disk.apply({ kind: 'flush ends', path: '/d/a', flush: 901 })
  t.same(shown(disk), { '/d/a': '12' })
})

t.test('a rename holds once its folder was flushed; until then either name may stand', async (t) => {
  const steps = [create('/d/new'), write('/d/new', 0, 'x'), ...flush('/d/new')]
  const renamed: Operation = { kind: 'rename', from: '/d/new', to: '/d/a' }
  t.same(shown(diskAfter(...steps, renamed)), { '/d/new': 'x' })
  t.same(
    shown(diskAfter(...steps, renamed), () => 0.99),
    { '/d/a': 'x' },
    'it may have reached the disk all the same',
  )
  t.same(shown(diskAfter(...steps, renamed, ...flush('/d'))), { '/d/a': 'x' })
})

t.test('a removal that was not flushed may come back', async (t) => {
  const steps = [create('/d/a'), write('/d/a', 0, 'x'), ...flush('/d/a')]
  t.same(shown(diskAfter(...steps, { kind: 'unlink', path: '/d/a' })), { '/d/a': 'x' })
  t.same(shown(diskAfter(...steps, { kind: 'unlink', path: '/d/a' }, ...flush('/d'))), {})
})

t.test('of unflushed writes any may be there, in part, before an earlier one', async (t) => {
  const disk = diskAfter(
    ...[create('/d/a'), write('/d/a', 0, '....'), ...flush('/d/a')],
    ...[write('/d/a', 0, 'A'), write('/d/a', 1, 'B'.repeat(1024))],
  )
  const draws =
    (...values: number[]) =>
    () =>
      values.shift() ?? 0.99
  t.same(shown(disk, draws(0, 0.9, 0.1, 0.9)), { '/d/a': `.${'B'.repeat(1024)}` }, 'the later alone')
  t.same(shown(disk, draws(0, 0.9, 0.1, 0.1, 0.5)), { '/d/a': `.${'B'.repeat(512)}` }, 'torn at a sector')
})

t.test('a file cut and written again further on has zeros between', async (t) => {
  const disk = diskAfter(
    ...[create('/d/a'), write('/d/a', 0, 'abcdef')],
    ...[{ kind: 'truncate', path: '/d/a', size: 2 } as const, write('/d/a', 4, 'z'), ...flush('/d/a')],
  )
  t.same(shown(disk), { '/d/a': 'ab\0\0z' })
})
