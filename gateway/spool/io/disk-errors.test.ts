// A flush that fails is not tried again on the same file: a successor takes over what was reported, and the batch is written there. A disk
// that is full or takes no writes is waited for.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { decodeEnvelope, type Envelope } from '@civitals/contracts/envelope'
import { systemClock } from '@civitals/contracts/system-clock'
import t, { type Test } from 'tap'
import { beforeAll } from '../spool.ts'
import { openSqliteSpool } from './sqlite-spool.ts'

const skip = spawnSync('strace', ['-V']).status !== 0 && 'strace is not installed'
const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const commits = 40

interface Reported {
  readonly seq: number
  readonly spool: string
  readonly value: number
}

/** Runs the writer while the kernel answers some of its calls with an error; what it reported as committed. */
async function writeWith(folder: string, inject: string): Promise<{ reported: Reported[]; refused: number }> {
  const script = join(import.meta.dirname, 'testing/writer.ts')
  // Without a look at the disk between: a file may be flushed by either call.
  const traced = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync,pwrite64', '-e', `inject=${inject}`]
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script, folder, String(commits)]
  const child = spawn('strace', [...traced, ...node], { stdio: ['ignore', 'pipe', 'inherit'] })
  const reported: Reported[] = []
  let refused = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [seq, spool = '', value] = line.split(' ')
    if (seq === 'refused') refused++
    else reported.push({ seq: Number(seq), spool, value: Number(value) })
  }
  return { reported, refused }
}

/** Every envelope of the folder, as it would be sent. */
async function found(folder: string): Promise<Envelope[]> {
  const spool = await openSqliteSpool({ folder, limits, clock: systemClock })
  const rows = await spool.waiting({ after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 1000 })
  await spool.close()
  return rows.map(({ payload }) => {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.envelope
  })
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-flush-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

const writtenIn = ({ samples }: Envelope): unknown => samples[0]?.values.a

const faults = [
  { name: 'one flush fails', inject: 'fsync,fdatasync:error=EIO:when=22', spools: 2, refuses: false },
  {
    ...{ name: 'flushes fail for a while, those of successors too', inject: 'fsync,fdatasync:error=EIO:when=22..28' },
    ...{ spools: 2, refuses: true },
  },
  { name: 'a write fails', inject: 'pwrite64:error=EIO:when=90', spools: 2, refuses: false },
  {
    ...{ name: 'the disk is full for a while: the same spool goes on', inject: 'pwrite64:error=ENOSPC:when=90..110' },
    ...{ spools: 1, refuses: true },
  },
  {
    ...{ name: 'the disk is mounted read-only for a while', inject: 'pwrite64:error=EROFS:when=90..110' },
    ...{ spools: 2, refuses: true },
  },
]

for (const { name, inject, spools, refuses } of faults) {
  t.test(name, { skip }, async (t) => {
    const folder = folderOf(t)
    const { reported, refused } = await writeWith(folder, inject)
    t.equal(reported.length, commits, `every batch was committed in the end, ${refused} times after a refusal`)
    t.equal(refused > 0, refuses)
    const names = [...new Set(reported.map(({ spool }) => spool))]
    t.equal(names.length, spools)
    const kept = await found(folder)
    t.same(
      kept.map(({ spool, seq }) => `${spool} ${seq}`),
      reported.map(({ spool, seq }) => `${spool} ${seq}`),
      'what was reported waits under its identity, and nothing else',
    )
    t.same(
      kept.map(writtenIn),
      Array.from({ length: commits }, (_, index) => index + 1),
      'each value once',
    )
    const last = reported.findLast(({ spool }) => spool === names[0])?.seq
    const links = kept.map(({ spool, previous }) => [spool, previous])
    const link = { spool: names[0], lastSeq: last, reason: 'disk error' }
    t.same(
      links,
      reported.map(({ spool }) => [spool, spool === names[0] ? undefined : link]),
    )
    t.same(
      kept.flatMap(({ gaps = [] }) => gaps),
      [],
      'nothing is lost',
    )
  })
}
