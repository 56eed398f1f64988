// A running gateway tells how it stands on a socket in its spool folder.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { askPresence, openPresence, socketOf } from './io/socket.ts'
import type { Presence } from './presence.ts'

const presence: Presence = {
  ...{ gateway: 'gw-01', pid: 1, startedAt: 2, configFile: '/etc/civitals/gateway.yaml' },
  status: { online: true, at: 3 },
  uplink: { sessions: 1 },
}

function folder(t: Test, ...below: string[]): string {
  const made = mkdtempSync(join(tmpdir(), 'presence-'))
  t.teardown(() => rmSync(made, { recursive: true }))
  return join(made, ...below)
}

t.test('it tells whoever asks, anew each time, and is gone when closed', async (t) => {
  const spool = folder(t)
  let asked = 0
  const socket = await openPresence(spool, async () => ({ ...presence, pid: ++asked }))
  t.same(await askPresence(spool), presence)
  t.equal((await askPresence(spool))?.pid, 2)
  socket?.close()
  t.equal(existsSync(socketOf(spool)), false)
  t.equal(await askPresence(spool), undefined)
})

t.test('what a killed gateway left is taken away', async (t) => {
  const spool = folder(t)
  writeFileSync(socketOf(spool), '')
  t.equal(await askPresence(spool), undefined)
  const socket = await openPresence(spool, async () => presence)
  t.same(await askPresence(spool), presence)
  socket?.close()
})

t.test('a gateway that cannot tell hangs up; a path too long has no socket', async (t) => {
  const spool = folder(t)
  const socket = await openPresence(spool, () => Promise.reject(new Error('closing')))
  t.equal(await askPresence(spool), undefined)
  socket?.close()
  const deep = folder(t, 'x'.repeat(100))
  mkdirSync(deep)
  t.equal(await openPresence(deep, async () => presence), undefined)
})

t.test('somebody else on the socket is not believed', async (t) => {
  const spool = folder(t)
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'))
  await new Promise<void>((resolve) => server.listen(socketOf(spool), resolve))
  t.teardown(() => server.close())
  t.equal(await askPresence(spool), undefined)
})
