import { FakeClock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import t from 'tap'
import { Persistence } from './persist.ts'

const away = (context = {}) => new CivitalsError('CIV_STORAGE_SERIES_UNAVAILABLE', 'away', { retryable: true, context })

/** Lets `failures` attempts fail and tells how long each pause was. */
async function pauses(failures: number, random: number, context = {}): Promise<number[]> {
  const clock = new FakeClock(0)
  const at: number[] = []
  const persistence = new Persistence(
    clock,
    new AbortController().signal,
    () => undefined,
    () => random,
  )
  const done = persistence.until('series', async () => {
    at.push(clock.mono())
    if (at.length <= failures) throw away(context)
  })
  let over = false
  done.finally(() => {
    over = true
  })
  while (!over) await clock.advance(5)
  return at.slice(1).map((time, order) => time - (at[order] ?? 0))
}

t.test('pauses double from 0.1 s to 5 s, each between half and the whole of it', async (t) => {
  t.same(await pauses(8, 1), [100, 200, 400, 800, 1600, 3200, 5000, 5000])
  t.same(await pauses(8, 0), [50, 100, 200, 400, 800, 1600, 2500, 2500])
})

t.test('a store that asks for seven seconds gets them, one that asks for days five minutes', async (t) => {
  t.same(await pauses(2, 0, { retryAfterMs: 7000 }), [7000, 7000])
  t.same(await pauses(1, 0, { retryAfterMs: 9e8 }), [300_000])
})

t.test('stopping ends the pause at once, and an attempt on a store that is down', async (t) => {
  const stop = new AbortController()
  const signals: (AbortSignal | undefined)[] = []
  const clock = new FakeClock(0)
  const persistence = new Persistence(
    clock,
    stop.signal,
    () => undefined,
    () => 1,
  )
  const done = persistence.until('series', async (signal) => {
    signals.push(signal)
    throw away()
  })
  const rejected = t.rejects(done)
  await clock.advance(100)
  stop.abort()
  await rejected
  t.same(signals, [undefined, stop.signal], 'the first attempt comes to its end')
})

t.test('two stores are down: one that is back says nothing of the other', async (t) => {
  const clock = new FakeClock(0)
  const heard: (string | undefined)[] = []
  const { signal } = new AbortController()
  const persistence = new Persistence(
    clock,
    signal,
    (down) => heard.push(down?.store),
    () => 1,
  )
  let stateAway = true
  const failing = async (): Promise<void> => {
    if (stateAway) throw away()
  }
  let attempts = 0
  const state = persistence.until('state', failing)
  const series = persistence.until('series', async () => {
    if (++attempts === 1) throw away()
  })
  await clock.advance(100)
  await series
  t.match(persistence.down, { store: 'state', since: 0, attempts: 2 })
  stateAway = false
  await clock.advance(200)
  await state
  t.equal(persistence.down, undefined)
  t.same(heard, ['state', 'state', 'state', 'state', undefined])
})
