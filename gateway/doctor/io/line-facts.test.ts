// Serial ports are looked at from outside: a pseudo-terminal that another program has open, and one that is free.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../testing/listening-gateway.ts'
import { lineFacts } from './line-facts.ts'

t.test(
  'a port another program has open names it',
  { skip: !existsSync('/usr/bin/socat') && 'needs socat' },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pty-'))
    const [near, far] = [join(folder, 'near'), join(folder, 'far')]
    const pair = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`])
    t.teardown(() => {
      pair.kill()
      rmSync(folder, { recursive: true, force: true })
    })
    await until(t, () => existsSync(near) && existsSync(far), 'the pair is there')
    const line = { id: 'rs485', transport: { kind: 'serial', path: near, baud: 9600 }, terminals: [] } as const
    const look = async (inUse?: { pid: number }) =>
      (await lineFacts([{ ...line, terminals: [] }], inUse, undefined))[0]?.way
    const free = { kind: 'serial', is: 'port', readable: true, writable: true, holders: [] }
    t.match(await look(), free)
    const reader = spawn('cat', [near], { stdio: 'ignore' })
    t.teardown(() => reader.kill())
    let way = await look()
    while (way?.kind === 'serial' && way.holders.length === 0) way = await look()
    t.match(way, { holders: [{ pid: reader.pid, command: 'cat' }] })
    t.match(await look({ pid: reader.pid ?? 0 }), free, 'the gateway itself is no stranger')
  },
)
