import { systemClock } from '@civitals/contracts/system-clock'
import t from 'tap'
import { exactClock } from './exact-clock.ts'

t.test('a silence of a fraction of a millisecond is never cut short', async (t) => {
  const clock = exactClock(systemClock)
  for (const delayMs of [0.3, 1.75, 3.646, 4.99]) {
    for (let round = 0; round < 20; round++) {
      const begin = clock.mono()
      await new Promise<void>((resolve) => void clock.after(delayMs, resolve))
      t.ok(clock.mono() - begin >= delayMs, `${delayMs} ms`)
    }
  }
})

t.test('a silence that is no longer wanted does not end', async (t) => {
  const clock = exactClock(systemClock)
  let ended = false
  clock.after(1.75, () => (ended = true)).cancel()
  await new Promise<void>((resolve) => void clock.after(4.5, resolve))
  t.notOk(ended)
})
