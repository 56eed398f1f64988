// The fault proxy does what it is told and nothing else.
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { type FaultProxy, openFaultProxy } from './proxy.ts'

interface Bench {
  readonly proxy: FaultProxy
  readonly client: Socket
  /** The server's end. */
  readonly peer: Socket
}

async function bench(t: Test): Promise<Bench> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await openFaultProxy((server.address() as AddressInfo).port, 7)
  const connected = once(server, 'connection')
  const client = dial({ host: '127.0.0.1', port: proxy.port, noDelay: true })
  client.on('error', () => undefined)
  const [peer] = (await connected) as [Socket]
  peer.on('error', () => undefined)
  t.teardown(async () => {
    await proxy[Symbol.asyncDispose]()
    server.close()
  })
  return { proxy, client, peer }
}

/** Resolves with what comes until there are so many bytes. */
function heard(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const take = (part: Buffer): void => {
      parts.push(part)
      const all = Buffer.concat(parts)
      if (all.length < bytes) return
      socket.off('data', take)
      resolve(all)
    }
    socket.on('data', take)
  })
}

t.test('a clean line passes both ways unchanged, also more than it holds inside', async (t) => {
  const { client, peer } = await bench(t)
  const large = Buffer.alloc(3_000_000, 'abcdefg')
  client.write(large)
  t.ok((await heard(peer, large.length)).equals(large))
  peer.write('back')
  t.equal(String(await heard(client, 4)), 'back')
})

t.test('one way drops, the other passes, and the connection seems to stand', async (t) => {
  const { proxy, client, peer } = await bench(t)
  proxy.set({ down: { drop: true } })
  peer.write('lost')
  client.write('there')
  t.equal(String(await heard(peer, 5)), 'there')
  t.equal(proxy.carried.down.dropped, 4)
  proxy.set({})
  peer.write('again')
  t.equal(String(await heard(client, 5)), 'again', 'what was dropped never comes')
  t.equal(client.destroyed, false)
})

t.test('held bytes come through afterwards, in order', async (t) => {
  const { proxy, client, peer } = await bench(t)
  proxy.set({ up: { hold: true } })
  client.write('one')
  peer.write('other way')
  await heard(client, 9)
  t.equal(proxy.carried.up.passed, 0)
  client.write('two')
  proxy.set({})
  t.equal(String(await heard(peer, 6)), 'onetwo')
})

t.test('delay and throttle take their time', async (t) => {
  const { proxy, client, peer } = await bench(t)
  proxy.set({ up: { delayMs: 150 } })
  let began = performance.now()
  client.write('slow')
  await heard(peer, 4)
  t.ok(performance.now() - began >= 145, 'delayed')
  proxy.set({ up: { bytesPerSecond: 10_000 } })
  began = performance.now()
  client.write(Buffer.alloc(1500))
  await heard(peer, 1500)
  client.write('x')
  await heard(peer, 1)
  t.ok(performance.now() - began >= 145, 'throttled')
})

t.test('corruption turns single bits at the asked rate, the same for the same seed', async (t) => {
  const turned: Buffer[] = []
  for (let run = 0; run < 2; run++) {
    const { proxy, client, peer } = await bench(t)
    proxy.set({ up: { corrupt: 0.05 } })
    client.write(Buffer.alloc(20_000))
    turned.push(await heard(peer, 20_000))
    t.ok(Math.abs(proxy.carried.up.corrupted - 1000) < 150, `${proxy.carried.up.corrupted} of 20,000`)
  }
  t.ok(turned[0]!.equals(turned[1]!))
  const bits = [...turned[0]!].map((byte) => byte.toString(2).replaceAll('0', '').length)
  t.equal(Math.max(...bits), 1)
})

t.test('a reset ends both ends at once, a refused connection never opens', async (t) => {
  const { proxy, client, peer } = await bench(t)
  proxy.reset()
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
  t.equal(error.code, 'ECONNRESET')
  if (!peer.closed) await new Promise((resolve) => peer.once('close', resolve))
  proxy.refuse(true)
  const late = dial({ host: '127.0.0.1', port: proxy.port })
  t.equal(((await once(late, 'error')) as [NodeJS.ErrnoException])[0].code, 'ECONNRESET')
  t.equal(proxy.carried.connections, 1)
})
