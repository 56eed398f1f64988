import { decodeCommand } from '@civitals/contracts/command'
import fc from 'fast-check'
import t from 'tap'
import { readCommand } from './read-command.ts'

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const seq = fc.oneof(fc.nat({ max: 99 }), fc.constantFrom(0, -1, 1.5, 2 ** 53, Number.MAX_SAFE_INTEGER, '1', null))
const range = fc.oneof(fc.tuple(seq, seq), fc.array(seq, { maxLength: 3 }))
const text = fc.oneof(fc.string({ maxLength: 70 }), fc.constantFrom('', 'a1', 'a.b', 'x'.repeat(64), 'x'.repeat(65)))
const good = { id: fc.constant('r-1'), kind: fc.constant('resend'), spool: fc.constant('a1') }
const command = fc.oneof(
  fc.record({ ...good, ranges: fc.array(range, { maxLength: 34 }) }),
  fc.record({ ...good, ranges: fc.array(fc.tuple(fc.integer({ min: 1 }), fc.nat()), { maxLength: 3 }) }),
  fc.record({ ...good, id: text, spool: text, ranges: fc.constant([[1, 2]]) }),
  fc.record(
    {
      ...good,
      kind: fc.constantFrom('resend', 'configuration', 'format', 1),
      ranges: fc.constant([[1, 2]]),
      more: fc.nat(),
    },
    { requiredKeys: ['id'] },
  ),
  fc.record({ id: text, kind: fc.constant('configuration'), more: fc.nat() }, { requiredKeys: ['id', 'kind'] }),
  fc.jsonValue(),
)

t.test('takes and refuses exactly what the contract does', async () => {
  fc.assert(
    fc.property(command, (value) => {
      const payload = bytes(value)
      return JSON.stringify(readCommand(payload)) === JSON.stringify(decodeCommand(payload))
    }),
    { numRuns: 5000 },
  )
})

t.test('a good one, and bytes that are none', async (t) => {
  const resend = { id: 'r-1', kind: 'resend', spool: 'a1', ranges: [[3, 7]] }
  t.same(readCommand(bytes(resend)), resend)
  const tell = { id: 'configuration', kind: 'configuration' }
  t.same(readCommand(bytes(tell)), tell)
  t.equal(readCommand(new Uint8Array([0xff, 0x00])), undefined)
})
