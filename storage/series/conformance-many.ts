import { qualities } from '@civitals/contracts/quality'
import { batch, type Case, envelope, noon, reading, write } from './conformance-parts.ts'

/** Questions for many series at once. */
export const manySeries: Readonly<Record<string, Case>> = {
  'readings of many series come back side by side, as they are asked for': async (t, store) => {
    await write(
      store,
      reading('air-1', 'pm25', noon + 2000, 3),
      reading('air-1', 'pm25', noon, 1),
      reading('air-1', 'pm25', noon + 1000, null, 'stale'),
      reading('air-2', 'pm25', noon + 1000, 7, 'uncertain'),
      reading('noise-1', 'leq', noon, 60.25),
    )
    // Late and written again: the later written counts, and stands where it belongs by time.
    await write(store, reading('air-1', 'pm25', noon + 500, 2), reading('noise-1', 'leq', noon, 61))
    const asked = [
      { terminal: 'noise-1', point: 'leq', from: noon },
      { terminal: 'air-9', point: 'pm25', from: 0 },
      { terminal: 'air-1', point: 'pm25', from: noon + 500 },
      { terminal: 'air-2', point: 'pm25', from: noon + 1001 },
      { terminal: 'air-1', point: 'pm10', from: noon },
    ]
    const none = Number.NaN
    const { starts, at, value, quality } = await store.readings({ series: asked, to: noon + 2000 })
    t.same([...starts], [0, 1, 1, 3, 3, 3])
    t.same([...at], [noon, noon + 500, noon + 1000])
    t.ok([61, 2, none].every((one, row) => Object.is(value[row], one)))
    t.same([...quality], [qualities.good.code, qualities.good.code, qualities.stale.code])
    t.same([...(await store.readings({ series: [], to: noon })).starts], [0])
  },

  'readings of many series are whole, however many they are': async (t, store) => {
    const terminals = Array.from({ length: 45 }, (_, k) => `air-${k}`)
    const rows = (k: number): number => (k === 7 ? 2500 : 300 + k)
    await write(
      store,
      ...terminals.flatMap((terminal, k) =>
        Array.from({ length: rows(k) }, (_, n) => reading(terminal, 'pm25', noon + n * 1000, k + n / 1024)),
      ),
    )
    const series = terminals.map((terminal, k) => ({ terminal, point: 'pm25', from: noon + (k % 3) * 1000 }))
    const { starts, at, value } = await store.readings({ series, to: noon + 1e9 })
    const wrong = terminals.filter((_, k) => {
      const [first = 0, end = 0] = [starts[k], starts[k + 1]]
      if (end - first !== rows(k) - (k % 3)) return true
      return Array.from({ length: end - first }, (_, n) => n + (k % 3)).some(
        (n, row) => at[first + row] !== noon + n * 1000 || value[first + row] !== k + n / 1024,
      )
    })
    t.same(wrong, [])
  },

  'a digest counts and sums what lies in a stretch, by series': async (t, store) => {
    const again = envelope([reading('air-1', 'pm25', noon, 35), reading('air-1', 'pm10', noon, null, 'comm_fail')])
    await store.write(batch(again))
    await write(
      store,
      reading('air-1', 'pm25', noon + 999, 0.5, 'uncertain'),
      reading('air-1', 'pm25', noon + 1000, 36),
      reading('air-2', 'pm25', noon - 1, 7),
      reading('air-2', 'pm25', noon + 5, -7),
    )
    await store.write(batch(again))
    const digests = await store.digest({ from: noon, to: noon + 1000 })
    const named = digests.map((one) => [`${one.terminal}/${one.point}`, one.values, one.marked, one.sum])
    t.same(named.sort(), [
      ['air-1/pm10', 0, 1, 0],
      ['air-1/pm25', 2, 1, 35.5],
      ['air-2/pm25', 1, 0, -7],
    ])
    t.same(await store.digest({ from: noon + 1e6, to: noon + 2e6 }), [])
  },
}
