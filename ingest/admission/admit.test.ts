// What becomes of a reading: admitted, rejected or set aside, one by one.
import type { Sample } from '@civitals/contracts/envelope'
import t from 'tap'
import { entryOf } from '../registry/registry.ts'
import { terminalOf } from '../testing/city.ts'
import { envelopeOf, sampleOf, startAt } from '../testing/envelopes.ts'
import { admit } from './admit.ts'
import { type AdmissionView, futureToleranceMs } from './judge.ts'

const now = startAt + 60_000
const entries = new Map(['t1', 't2'].map((id) => [id, entryOf(terminalOf(id, id === 't1' ? 'g1' : 'g2'))]))
const view: AdmissionView = {
  entry: (id) => entries.get(id),
  clockFix: (gateway, boot) => (gateway === 'g1' && boot === 'fixed' ? startAt - 500 : undefined),
  unitsOf: () => undefined,
}
const admitSample = (sample: Sample) => admit(envelopeOf(1, { samples: [sample] }), 'g1', now, view)

/** One point of t1 and what becomes of it. */
const cases: readonly (readonly [string, { value?: unknown; quality?: Sample['quality'] }, object])[] = [
  ['a number', { value: 12.5 }, { admitted: [{ value: 12.5, quality: 'good', at: startAt }] }],
  ['zero', { value: 0 }, { admitted: [{ value: 0 }] }],
  ['below its range, within reason', { value: -150 }, { admitted: [{ value: -150 }] }],
  ['uncertain', { value: 3, quality: { depth: 'uncertain' } }, { admitted: [{ value: 3, quality: 'uncertain' }] }],
  ['not read', { quality: { depth: 'comm_fail' } }, { admitted: [{ value: null, quality: 'comm_fail' }] }],
  ['null, not read', { value: null, quality: { depth: 'stale' } }, { admitted: [{ value: null, quality: 'stale' }] }],
  ['a last value sent with stale', { value: 7, quality: { depth: 'stale' } }, { admitted: [{ value: null }] }],
  [
    'out of range, marked at the edge',
    { value: 999, quality: { depth: 'out_of_range' } },
    { admitted: [{ value: 999, quality: 'out_of_range' }] },
  ],
  ['null without a reason', { value: null }, { rejected: [{ reason: 'not a number' }] }],
  ['good without a value', { quality: { depth: 'good' } }, { rejected: [{ reason: 'not a number' }] }],
  ['text', { value: '12' }, { rejected: [{ reason: 'not a number', detail: '"12"' }] }],
  ['true', { value: true }, { rejected: [{ reason: 'not a number' }] }],
  ['infinite', { value: JSON.parse('1e999') }, { rejected: [{ reason: 'not a number' }] }],
  ['beyond belief', { value: 401 }, { rejected: [{ reason: 'absurd value' }] }],
  [
    'beyond any quantity',
    { value: -1e13, quality: { depth: 'out_of_range' } },
    { rejected: [{ reason: 'absurd value' }] },
  ],
]
for (const [name, { value, quality }, expected] of cases) {
  t.test(`a reading that is ${name}`, async (t) => {
    const sample = sampleOf('t1', startAt, value === undefined ? {} : { depth: value })
    t.match(admitSample(quality ? { ...sample, quality } : sample), expected)
  })
}

const times: readonly (readonly [string, number, object])[] = [
  ['now', now, { admitted: [{ at: now }] }],
  ['a fraction of a millisecond', startAt + 0.4, { admitted: [{ at: startAt }] }],
  ['as far ahead as clocks differ', now + futureToleranceMs, { admitted: [{}] }],
  ['further ahead', now + futureToleranceMs + 1, { rejected: [{ reason: 'future time' }] }],
  ['in the year 1970', 0, { rejected: [{ reason: 'absurd time' }] }],
  ['the last instant of 2019', Date.UTC(2020, 0, 1) - 1, { rejected: [{ reason: 'absurd time' }] }],
  ['an hour ago', now - 3_600_000, { admitted: [{}] }],
]
for (const [name, at, expected] of times) {
  t.test(`a reading whose time is ${name}`, async (t) => {
    t.match(admitSample(sampleOf('t1', at, { depth: 1 })), expected)
  })
}

t.test('one bad number costs one reading', async (t) => {
  const { admitted, rejected } = admitSample(sampleOf('t1', startAt, { depth: 'x', flow: 5 }))
  t.match(admitted, [{ point: 'flow', value: 5 }])
  t.match(rejected, [{ point: 'depth' }])
})

t.test('what the registry does not know is set aside', async (t) => {
  t.match(admitSample(sampleOf('t9', startAt, { depth: 1 })).setAside, [{ reason: 'unknown terminal' }])
  t.match(
    admitSample(sampleOf('t2', startAt, { depth: 1 })).setAside,
    [{ reason: 'unknown terminal' }],
    "another gateway's",
  )
  t.match(admitSample(sampleOf('t1', startAt, { turbidity: 1 })).setAside, [{ reason: 'unknown point' }])
  t.match(
    admitSample(sampleOf('t9', startAt, { depth: 'x' })).rejected,
    [{ reason: 'not a number' }],
    'worthless anyway',
  )
  for (const id of ['__proto__', 'constructor']) {
    const sample: Sample = JSON.parse(`{"terminal":"t1","at":${startAt},"clock":"synced","values":{"${id}":1}}`)
    t.match(admitSample(sample).setAside, [{ reason: 'unknown point' }], id)
  }
})

t.test('an unsynced clock waits for its fix, then the sample has its true time', async (t) => {
  const unsynced = { ...sampleOf('t1', 17, { depth: 1 }), clock: 'unsynced' as const, mono: 1_500 }
  t.match(admitSample(unsynced).setAside, [{ reason: 'unsynced clock' }], 'no boot id: nobody will ever know')
  t.match(admitSample({ ...unsynced, boot: 'open' }).setAside, [{ reason: 'unsynced clock' }])
  t.match(admitSample({ ...unsynced, boot: 'fixed' }).admitted, [{ at: startAt + 1_000 }])
})
