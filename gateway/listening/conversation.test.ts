// Peers that are slow, silent, or do not take what they are sent: a conversation with each ends, and keeps little while it lasts.
import { Duplex } from 'node:stream'
import { FakeClock } from '@civitals/contracts/clock'
import { Hj212Session } from '@civitals/firmware-bridge/hj212/session'
import t from 'tap'
import { Conversation } from './conversation.ts'

// caoyiliang/HJ212, HeartbeatReq: see hj212/golden. It wants an answer.
const heartbeat = Buffer.from(
  '##0087QN=20260101080000123;ST=31;CN=9015;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&F3C1\r\n',
)

/** The near end of a socket: `say` is what the peer sends; it takes what it is sent only while `takes`. */
class Peer extends Duplex {
  takes = true
  readonly sent: Buffer[] = []
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.takes) return
    this.sent.push(chunk)
    done()
  }
  say(bytes: Buffer): void {
    this.push(bytes)
  }
}

interface Setting {
  readonly identifyWithinMs?: number
  readonly idleMs?: number
  readonly maySetClocks?: () => boolean
}

function converse({ maySetClocks = () => true, ...more }: Setting) {
  const clock = new FakeClock()
  const peer = new Peer()
  const refused: string[] = []
  const close = async (): Promise<void> => void peer.destroy()
  const conversation = new Conversation({
    ...{ link: { stream: peer, close }, session: new Hj212Session(), clock, ...more },
    hearing: { heard: () => undefined, report: () => undefined, maySetClocks },
    onRefused: ({ check }) => refused.push(check),
  })
  let why: string | undefined
  void conversation.ended.then((said) => {
    why = said
  })
  /** Lets the stream deliver. */
  const hear = async (bytes: Buffer): Promise<void> => {
    peer.say(bytes)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, peer, conversation, refused, hear, why: () => why }
}

t.test('a peer that never takes its answers is dropped before 64 KiB of them wait', async (t) => {
  const { peer, hear, why } = converse({ idleMs: 60_000 })
  peer.takes = false
  let most = 0
  for (let frame = 0; why() === undefined && frame < 5000; frame++) {
    await hear(heartbeat)
    most = Math.max(most, peer.writableLength)
  }
  t.equal(why(), 'does not take its answers')
  t.ok(most < 66_000, `${most} bytes waited`)
  t.ok(peer.destroyed)
})

t.test(
  'a peer that sends a byte a second and never a frame is closed when it should have said who it is',
  async (t) => {
    const { clock, hear, why, refused } = converse({ identifyWithinMs: 30_000 })
    const slow = heartbeat.subarray(0, 60)
    for (let second = 0; second < 29; second++) {
      await hear(slow.subarray(second, second + 1))
      await clock.advance(1000)
    }
    t.equal(why(), undefined)
    await clock.advance(1000)
    t.equal(why(), 'no frame within 30000 ms')
    t.same(refused, [])
  },
)

t.test(
  'a peer that said who it is and then nothing is closed after its time; each good frame begins it anew',
  async (t) => {
    const { clock, hear, why } = converse({ identifyWithinMs: 30_000, idleMs: 60_000 })
    await hear(heartbeat)
    await clock.advance(59_000)
    await hear(heartbeat)
    await clock.advance(59_000)
    t.equal(why(), undefined)
    await clock.advance(2000)
    t.equal(why(), 'nothing heard for 60000 ms')
  },
)

t.test('a station that asks for the time is told it only while the clock here is trusted', async (t) => {
  let trusted = false
  const { peer, hear } = converse({ maySetClocks: () => trusted })
  // HJ 212-2017 C.4: see hj212/golden.
  const asks =
    '##0099QN=20160801085857223;ST=32;CN=1013;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&PolId=w01018&&CAC1\r\n'
  const commands = (): (string | undefined)[] => peer.sent.map((frame) => /CN=(\d+)/.exec(frame.toString())?.[1])
  await hear(Buffer.from(asks))
  t.same(commands(), ['9013'])
  trusted = true
  await hear(Buffer.from(asks))
  t.same(commands(), ['9013', '9013', '1012'])
})

t.test('a peer that turns to rubbish once it is known counts as silent', async (t) => {
  const { clock, hear, why, refused } = converse({ identifyWithinMs: 30_000, idleMs: 60_000 })
  await hear(heartbeat)
  for (let second = 0; second < 61; second++) {
    await hear(Buffer.alloc(10_000, 'x'))
    await clock.advance(1000)
  }
  t.equal(why(), 'nothing heard for 60000 ms')
  t.ok(refused.length > 0)
})
