// The name of an envelope that is otherwise unusable.
import { encodeEnvelope } from '@civitals/contracts/envelope'
import t from 'tap'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { salvage } from './salvage.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

t.test('an envelope of the wrong shape tells its name and its readings', async (t) => {
  const samples = [{ terminal: 'no id!', values: { a: 1, b: 2 }, quality: { b: 'good', c: 'stale' } }, null, 7]
  t.same(salvage(bytes({ spool: 'p1', seq: 7, samples })), { spool: 'p1', seq: 7, readings: 3 })
})

t.test('a text that breaks off still tells its name', async (t) => {
  const whole = encodeEnvelope(envelopeOf(12))
  t.same(salvage(whole.subarray(0, 60)), { spool: 'p1', seq: 12, readings: 0 })
})

t.test('a deflated envelope too large to inflate tells its name', async (t) => {
  const samples = Array.from({ length: 40_000 }, () => sampleOf('t1', startAt, { depth: 1, flow: 2 }))
  const deflated = encodeEnvelope(envelopeOf(3, { samples }), true)
  t.ok(deflated.length < 256 * 1024)
  t.match(salvage(deflated), { spool: 'p1', seq: 3 })
})

t.test('nothing to be told', async (t) => {
  const nothings = [
    '',
    '{',
    'null',
    '[]',
    '{"seq":1}',
    '{"spool":"p1"}',
    '{"spool":"no id!","seq":1}',
    '{"spool":"p1","seq":0}',
  ]
  for (const text of [...nothings, '{"spool":"p1","seq":1.5}', '{"spool":"p1","seq":90071992547409930}']) {
    t.equal(salvage(bytes(text)), undefined, text)
  }
  t.equal(salvage(Uint8Array.of(1, 2, 3, 4)), undefined, 'bad deflate')
})
