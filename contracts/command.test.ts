import t from 'tap'
import { decodeCommand, decodeReply } from './command.ts'

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const resend = { id: 'r-1', kind: 'resend', spool: 'a1', ranges: [[3, 7]] }

t.test('a command and its reply come through the wire as they are', async (t) => {
  t.same(decodeCommand(bytes(resend)), resend)
  const done = { id: 'r-1', ok: true, reopened: 4, missing: [[3, 3]] }
  t.same(decodeReply(bytes(done)), done)
  t.same(decodeReply(bytes({ id: 'r-1', ok: false, reason: 'no such spool' }))?.ok, false)
})

t.test('anything else is no command', async (t) => {
  for (const [why, payload] of [
    ['not JSON', new TextEncoder().encode('{')],
    ['another kind', bytes({ ...resend, kind: 'format' })],
    ['no range', bytes({ ...resend, ranges: [] })],
    ['seq 0', bytes({ ...resend, ranges: [[0, 2]] })],
    ['too many ranges', bytes({ ...resend, ranges: Array.from({ length: 33 }, () => [1, 1]) })],
    ['an unknown key', bytes({ ...resend, path: '/etc' })],
  ] as const) {
    t.equal(decodeCommand(payload), undefined, why)
  }
  t.equal(decodeReply(bytes({ id: 'r-1', ok: true })), undefined, 'a reply without its figures')
})
