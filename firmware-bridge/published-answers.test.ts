// Both sides of exchanges others have published: what a session answers is compared byte by byte, at the time the published answer names.
// GB/T 26875.3: no published pair of a report and its confirmation was found, only frames of one side each.
import t from 'tap'
import { Hj212Session } from './hj212/session.ts'
import { decodeFrame, encodeFrame, type Jtt808Frame } from './jtt808/frame.ts'
import { Jtt808Session } from './jtt808/session.ts'
import { Sl651Session } from './sl651/session.ts'
import { goldenFrames } from './testing/golden-frames.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const frameOf = async (protocol: 'hj212' | 'sl651' | 'jtt808', name: string): Promise<Buffer> => {
  const found = (await goldenFrames(protocol)).find((golden) =>
    golden.name.startsWith(name.includes(' ') ? name : `${name} `),
  )
  if (!found) throw new Error(name)
  return found.frame
}
const hexOf = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString('hex'))

t.test(
  'HJ 212: data are answered as a parser published by others remarks, notices as the standard shows',
  async (t) => {
    const answered = async (name: string, time: string, ...expected: string[]): Promise<void> => {
      const { answers } = new Hj212Session().receive(await frameOf('hj212', name), at(time))
      const wanted = await Promise.all(expected.map((one) => frameOf('hj212', one)))
      t.same(
        answers.map((answer) => answer.toString().trimEnd()),
        wanted.map((frame) => frame.toString().trimEnd()),
        name,
      )
    }
    await answered('c16-minute', '2016-08-01T08:50:00', 'data-answer')
    // The station that asks for the time is told that it was heard, and then sent the time [HJ 212-2017 C.4, C.3].
    await answered('c04-time-request', '2016-08-01T08:58:57.223', 'c04-time-answer', 'c03-set-time')
  },
)

t.test(
  'SL 651: reports are confirmed as published, where the centre wants the station to stay and where not',
  async (t) => {
    const exchanges: [report: string, answer: string, time: string, stayOnline: boolean][] = [
      ['quick-32-9fe1', 'quick-down-32-bd6c', '2014-12-05T11:00:02', true],
      ['quick-33-17b4', 'quick-down-33-a2ee', '2014-12-05T10:50:02', true],
      ['quick-32-8a15', 'quick-down-32-fbe9', '2019-03-05T14:16:06', false],
      ['quick-33-e848', 'quick-down-33-efe9', '2019-03-05T14:06:03', false],
    ]
    for (const [report, answer, time, stayOnline] of exchanges) {
      const { answers } = new Sl651Session({ stayOnline }).receive(await frameOf('sl651', report), at(time))
      t.same(hexOf(answers), hexOf([await frameOf('sl651', answer)]), report)
    }
  },
)

t.test(
  'SL 651: one published centre confirms a last packet with ACK; ours with EOT, all else is the same',
  async (t) => {
    const [report, published] = [await frameOf('sl651', 'shishi-32'), await frameOf('sl651', 'shishi-down-32')]
    const [answer] = new Sl651Session().receive(report, at('2020-07-24T17:23:49')).answers
    const [mark, crc] = [published.length - 3, 2]
    t.equal(answer?.toString('hex', 0, mark), published.toString('hex', 0, mark))
    t.same([published[mark], answer?.[mark], answer?.length], [0x06, 0x04, mark + 1 + crc])
  },
)

/** A published frame with another serial number and phone. */
const jtt808 = async (name: string, changes: Partial<Jtt808Frame>): Promise<Buffer> => {
  const decoded = decodeFrame(await frameOf('jtt808', name))
  if (!decoded.ok) throw new Error(name)
  return encodeFrame({ ...decoded.message, paddedPhone: '012345678900', ...changes })
}

t.test('JT/T 808: the general answer, the answers to a registration and to a question for the time', async (t) => {
  // The published answers are the platform's eleventh message, to the terminal's message 100.
  const eleventh = async (session: Jtt808Session, frame: Buffer): Promise<string[]> => {
    for (let serial = 0; serial < 10; serial++) session.receive(await jtt808('message-0002 1', { serial }), 0)
    return hexOf(session.receive(frame, 0).answers)
  }
  const position = await jtt808('message-0200 1', { serial: 100 })
  t.same(await eleventh(new Jtt808Session(), position), hexOf([await frameOf('jtt808', 'message-8001 1')]))
  const register = await jtt808('message-0100 1', { serial: 100 })
  const answer = hexOf([await frameOf('jtt808', 'message-8100 2')])
  t.same(await eleventh(new Jtt808Session({ password: '123456' }), register), answer)

  const session = new Jtt808Session()
  const of2019 = { edition: 2019, version: 1, paddedPhone: '00000000123456789012', body: Buffer.alloc(0) } as const
  session.receive(encodeFrame({ ...of2019, id: 0x0002, serial: 0 }), 0)
  const { answers } = session.receive(encodeFrame({ ...of2019, id: 0x0004, serial: 1 }), at('2019-12-02T10:10:10'))
  t.same(hexOf(answers), hexOf([await frameOf('jtt808', 'message-8004 1')]))
})
