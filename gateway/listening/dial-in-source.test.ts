// More peers than a line has room for: which of them stay.
import { Duplex } from 'node:stream'
import { FakeClock } from '@civitals/contracts/clock'
import { Hj212Session } from '@civitals/firmware-bridge/hj212/session'
import t from 'tap'
import { DialInSource } from './dial-in-source.ts'
import type { Caller, Guest } from './doorway.ts'

// caoyiliang/HJ212, HeartbeatReq: see hj212/golden.
const heartbeat = Buffer.from(
  '##0087QN=20260101080000123;ST=31;CN=9015;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&F3C1\r\n',
)

class Peer extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

const delivered = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve))

t.test('512 connections a line: who never said anything goes first, then the longest silent', async (t) => {
  const clock = new FakeClock()
  let guest: Guest | undefined
  const join = (one: Guest) => {
    guest = one
    const turnedAway = { 'unknown-dtu': 0, unidentified: 0, 'no-room': 0 }
    return { leave: async () => undefined, door: () => ({ listening: true, strangers: [], turnedAway }) }
  }
  const source = new DialInSource({ kind: 'tcp-server', listen: '1' }, join, () => new Hj212Session(), clock)
  const nothing = (): void => undefined
  const stop = new AbortController()
  const running = source.run(
    { heard: nothing, report: nothing, refused: nothing, trouble: nothing, maySetClocks: () => true },
    stop.signal,
  )
  const dial = (name: string): Peer => {
    const stream = new Peer()
    const caller: Caller = { stream, from: name, close: async () => void stream.destroy() }
    guest?.welcome(caller)
    return stream
  }
  const speakers: Peer[] = []
  for (let place = 0; place < 3; place++) {
    const peer = dial(`speaker ${place}`)
    peer.push(heartbeat)
    await delivered()
    await clock.advance(1000)
    speakers.push(peer)
  }
  const silent = Array.from({ length: 509 }, (_, place) => dial(`silent ${place}`))
  t.equal(source.health.connections, 512)
  for (let place = 0; place < 509; place++) {
    const peer = dial(`late ${place}`)
    peer.push(heartbeat)
    await delivered()
    if (source.health.connections !== 512) t.fail(`${source.health.connections} connections`)
  }
  t.ok(
    silent.every(({ destroyed }) => destroyed),
    'the silent ones made room',
  )
  t.notOk(
    speakers.some(({ destroyed }) => destroyed),
    'for nobody who had spoken',
  )
  speakers[0]?.push(heartbeat)
  await delivered()
  dial('one more')
  await delivered()
  t.same(
    speakers.map(({ destroyed }) => destroyed),
    [false, true, false],
    'the longest silent made room',
  )
  t.equal(source.health.refused['no-room'], 510)
  stop.abort()
  await running
  t.equal(source.health.connections, 0)
})
