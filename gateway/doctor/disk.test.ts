// Whether the spool has its place: rights, room, speed.
import t from 'tap'
import { type DiskFacts, diskFindings } from './disk.ts'

const MiB = 2 ** 20
const good: DiskFacts = {
  folder: '/var/lib/civitals-gateway/spool',
  is: 'folder',
  tried: '/var/lib/civitals-gateway/spool',
  owner: 'civitals',
  mode: '700',
  write: { ms: 4.2 },
  free: { bytes: 2048 * MiB, inodes: 100_000, hasInodes: true },
  takenBytes: 12 * MiB,
  budgetBytes: 512 * MiB,
}
const verdicts = (facts: Partial<DiskFacts>) => diskFindings({ ...good, ...facts }).map(({ verdict }) => verdict)
const first = (facts: Partial<DiskFacts>) => diskFindings({ ...good, ...facts })[0]

t.test('a folder that can be written, with room', async (t) => {
  t.same(
    diskFindings(good).map(({ seen }) => seen),
    [
      '/var/lib/civitals-gateway/spool (of civitals, mode 700): 4 KiB on the disk in 4.2 ms',
      '2.0 GiB free, 100,000 inodes; the spool takes 12 MiB of its budget of 512 MiB',
    ],
  )
  t.same(verdicts({}), ['ok', 'ok'])
})

t.test('what refuses a write has its own remedy', async (t) => {
  const remedy = (code: string) => first({ write: { code } })?.next
  t.match(remedy('EROFS'), /read-only/)
  t.match(remedy('ENOSPC'), /full/)
  t.match(remedy('EACCES'), /chown/)
  t.match(first({ is: 'missing', tried: '/var/lib', write: { code: 'EACCES' } }), {
    verdict: 'failure',
    seen: /is missing and \/var\/lib cannot be written/,
  })
})

t.test('less room than the budget promises is a warning, next to none a failure', async (t) => {
  const free = (bytes: number, inodes = 100_000, hasInodes = true) => ({ bytes, inodes, hasInodes })
  t.same(verdicts({ free: free(516 * MiB) }), ['ok', 'ok'])
  t.same(verdicts({ free: free(515 * MiB) }), ['ok', 'warning'])
  t.same(verdicts({ free: free(15 * MiB) }), ['ok', 'failure'])
  t.same(verdicts({ free: free(2048 * MiB, 99) }), ['ok', 'failure'])
  t.same(verdicts({ free: free(2048 * MiB, 0, false) }), ['ok', 'ok'], 'a file system without inodes')
})

t.test('a slow card, and a folder the service may not write', async (t) => {
  t.match(first({ write: { ms: 900 } }), { verdict: 'warning', seen: /in 900 ms/ })
  const service = (mayWrite: boolean) => ({ user: 'civitals', folder: '/var/lib/civitals-gateway', mayWrite })
  t.same(verdicts({ service: service(true) }), ['ok', 'ok'])
  t.same(verdicts({ service: service(true), folder: '/etc/civitals/spool' }), ['ok', 'failure', 'ok'])
  t.same(verdicts({ service: service(true), folder: '/var/lib/civitals-gateway-2/spool' }), ['ok', 'failure', 'ok'])
  const [, by] = diskFindings({ ...good, owner: 'root', service: service(false) })
  t.match(by, { verdict: 'failure', next: /ran the gateway by hand as root: sudo chown -R civitals: / })
  t.same(verdicts({ is: 'missing', service: service(false) }), ['ok', 'ok'], 'the service makes it')
})
