import t from 'tap'
import { Breaker } from './breaker.ts'

t.test('three failures in a row open it; probes come at pauses that double to a minute', async (t) => {
  const breaker = new Breaker()
  breaker.record(false, 0)
  breaker.record(false, 0)
  t.notOk(breaker.open)
  breaker.record(false, 0)
  t.ok(breaker.open)
  const probes: number[] = []
  for (let now = 0; now < 300_000; now += 500) {
    if (now < breaker.probeAt) continue
    probes.push(now)
    breaker.record(false, now)
  }
  t.same(probes, [1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000, 243_000])
})

t.test('one answer closes it, and the count begins again', async (t) => {
  const breaker = new Breaker()
  for (let failure = 0; failure < 5; failure++) breaker.record(false, 0)
  t.equal(breaker.record(true, 60_000), true, 'says that it was open')
  t.notOk(breaker.open)
  t.equal(breaker.record(true, 61_000), false)
  breaker.record(true, 61_500)
  breaker.record(false, 62_000)
  breaker.record(false, 62_000)
  t.notOk(breaker.open, 'failures that an answer parts do not count together')
})

t.test('a terminal that answers now and then is probed as seldom as a dead one', async (t) => {
  const breaker = new Breaker()
  for (let failure = 0; failure < 3; failure++) breaker.record(false, 0)
  const pauses: number[] = []
  for (let round = 0, now = 0; round < 8; round++) {
    pauses.push(breaker.probeAt - now)
    now = breaker.probeAt
    breaker.record(true, now)
    breaker.record(false, now)
    t.ok(breaker.open, 'one failure is enough')
  }
  t.same(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
})
