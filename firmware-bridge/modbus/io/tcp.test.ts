// Real sockets: refused, cut in the middle, torn into single bytes, one server restarted.
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import t, { type Test } from 'tap'
import { listenTcp, type SeenRequest, tcpReply } from '../../testing/scripted-terminal.ts'
import type { ModbusLine } from '../line.ts'
import { openModbusLine } from './open-line.ts'

const request = { unit: 1, function: 'holding', address: 4, count: 2 } as const

async function serve(t: Test, port: number, answer: (seen: SeenRequest, socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    listenTcp(socket, (seen) => answer(seen, socket))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server
}

async function lineTo(t: Test, port: number): Promise<ModbusLine> {
  const line = await openModbusLine({ kind: 'modbus-tcp', host: '127.0.0.1', port }, { clock: systemClock })
  t.teardown(() => line.close())
  return line
}

t.test('a refused connection is a line that is down, said at once', async (t) => {
  const line = await lineTo(t, await freePort())
  t.match(await line.transact(request), { ok: false, kind: 'link', detail: /ECONNREFUSED/ })
})

t.test('[L] a reply in single bytes is one reply', async (t) => {
  const port = await freePort()
  await serve(t, port, async (seen, socket) => {
    socket.setNoDelay(true)
    for (const byte of tcpReply(seen)) {
      socket.write(Buffer.from([byte]))
      // Written together they would be one segment: the other end reads each before the next is sent.
      await setImmediate()
    }
  })
  const line = await lineTo(t, port)
  t.match(await line.transact(request), { ok: true, registers: [1004, 1005] })
})

t.test('a connection cut in the middle of a reply ends the request at once', async (t) => {
  const port = await freePort()
  await serve(t, port, (seen, socket) => socket.end(tcpReply(seen).subarray(0, 9)))
  const line = await lineTo(t, port)
  const begin = performance.now()
  t.match(await line.transact(request), { ok: false, kind: 'link' })
  t.ok(performance.now() - begin < 900, 'before the time-out of a second')
})

t.test('a peer that resets is a line that is down, and no error escapes', async (t) => {
  const port = await freePort()
  await serve(t, port, (_seen, socket) => socket.resetAndDestroy())
  const line = await lineTo(t, port)
  t.match(await line.transact(request), { ok: false, kind: 'link' })
})

t.test('close frees the socket', async (t) => {
  const port = await freePort()
  const server = await serve(t, port, (seen, socket) => socket.write(tcpReply(seen)))
  const line = await lineTo(t, port)
  const [socket] = (await Promise.all([once(server, 'connection'), line.transact(request)]))[0]
  const gone = once(socket, 'close')
  await line.close()
  await gone
  t.equal(line.health.connected, false)
})
