// What the operating system is told of every MQTT connection, at both ends: TCP_NODELAY, or an acknowledgement waits for company.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const skip = spawnSync('strace', ['-V']).status !== 0 && 'strace is not installed'

t.test('gateway, our broker, and the centre as a client of a broker', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'no-delay-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const trace = join(folder, 'trace')
  const calls = 'trace=connect,accept4,setsockopt,close'
  const program = join(import.meta.dirname, 'no-delay/connect.ts')
  await promisify(execFile)('strace', ['-f', '-o', trace, '-e', calls, process.execPath, program])
  const open = new Map<string, string>()
  const undelayed: string[] = []
  let dialled = 0
  let accepted = 0
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [, dial] = /connect\((\d+), \{sa_family=AF_INET/.exec(line) ?? []
    const [, accept] = /accept4\(.* = (\d+)$/.exec(line) ?? []
    const [, told] = /setsockopt\((\d+), SOL_TCP, TCP_NODELAY, \[1\]/.exec(line) ?? []
    const [, closed] = /close\((\d+)\)/.exec(line) ?? []
    if (dial) dialled++
    if (accept) accepted++
    if (dial) open.set(dial, 'dialled')
    if (accept) open.set(accept, 'accepted')
    const end = open.get(told ?? '')
    if (end) undelayed.push(end)
    open.delete(told ?? '')
    if (closed && open.has(closed))
      t.fail(`a connection was ${open.get(closed)} and closed with its packets still delayed`)
    open.delete(closed ?? '')
  }
  t.ok(dialled >= 2 && accepted >= 2, `${dialled} dialled, ${accepted} accepted`)
  t.equal(undelayed.length, dialled + accepted, 'each was told')
})
