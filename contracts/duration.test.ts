import t from 'tap'
import { Value } from 'typebox/value'
import { Duration, durationMs } from './duration.ts'

t.test('durations carry their unit', async (t) => {
  const expected = { '500ms': 500, '5s': 5000, '10min': 600_000, '1h': 3_600_000, '2d': 172_800_000, '1.5s': 1500 }
  for (const [text, ms] of Object.entries(expected)) t.equal(durationMs(text), ms, text)
})

t.test('what carries none, or a strange one, is refused by schema and parser alike', async (t) => {
  for (const text of ['', '5', '5 s', '5m', '-5s', 's', '1h30min']) {
    t.notOk(Value.Check(Duration(''), text), text)
    t.throws(() => durationMs(text), { code: 'CIV_CONTRACTS_DURATION' }, text)
  }
})
