import t from 'tap'
import {
  countReadings,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  maxInflatedBytes,
  maxWireBytes,
} from './envelope.ts'

const envelope: Envelope = {
  spool: 'a1',
  seq: 7,
  config: 'c0ffee',
  samples: [
    {
      terminal: 'air-01',
      at: 1781254930000,
      clock: 'synced',
      values: { pm25: 35.5, so2: 9 },
      quality: { so2: 'uncertain', co: 'comm_fail' },
    },
  ],
}

t.test('an envelope reads back as it was written, plain and deflated', async (t) => {
  for (const compress of [false, true]) {
    t.same(decodeEnvelope(encodeEnvelope(envelope, compress)), { ok: true, envelope })
  }
})

t.test('a reading counts once, with or without a value', async (t) => {
  t.equal(countReadings(envelope), 3)
})

t.test('one bad number does not condemn its envelope', async (t) => {
  const text = JSON.stringify(envelope).replace('35.5', 'null')
  t.equal(decodeEnvelope(Buffer.from(text)).ok, true)
})

t.test('what is not an envelope is refused whole with a reason, never thrown', async (t) => {
  const bad: Record<string, Uint8Array> = {
    empty: Buffer.from(''),
    'not JSON': Buffer.from('{"spool":'),
    'not UTF-8': Buffer.from([0x7b, 0xff, 0xfe]),
    'seq 0': Buffer.from(JSON.stringify({ ...envelope, seq: 0 })),
    'no spool': Buffer.from(JSON.stringify({ ...envelope, spool: undefined })),
    'unknown key': Buffer.from(JSON.stringify({ ...envelope, extra: 1 })),
    'bad deflate': Uint8Array.of(1, 2, 3, 4),
    'too large': new Uint8Array(maxWireBytes + 1),
    'too large inflated': encodeEnvelope({ ...envelope, config: ' '.repeat(maxInflatedBytes) }, true),
  }
  for (const [name, payload] of Object.entries(bad)) {
    const decoded = decodeEnvelope(payload)
    t.equal(decoded.ok, false, name)
    t.ok(!decoded.ok && decoded.reason.length > 0, `${name} says why`)
  }
})
