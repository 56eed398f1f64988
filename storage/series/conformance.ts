import { qualityNames } from '@civitals/contracts/quality'
import type { Test } from 'tap'
import { manySeries } from './conformance-many.ts'
import { batch, type Case, envelope, noon, raw, reading, type SeriesPlace, write } from './conformance-parts.ts'

/** Terminals whose id begins with `noise` take the energy mean; give that to the engine under test. */
export const conformanceEnergyMean = (terminal: string): boolean => terminal.startsWith('noise')

/** What every engine of the series store must do. `place` makes a fresh, empty place for each case. */
export async function seriesConformance(t: Test, place: (t: Test) => Promise<SeriesPlace>): Promise<void> {
  for (const [name, behaviour] of Object.entries({ ...cases, ...manySeries })) {
    await t.test(name, async (t) => {
      const here = await place(t)
      await using store = await here.open()
      await behaviour(t, store, here)
    })
  }
}

const cases: Readonly<Record<string, Case>> = {
  'what was written is read back, oldest first': async (t, store) => {
    await write(store, reading('air-1', 'pm25', noon + 1000, 36), reading('air-1', 'pm25', noon, 35.5))
    t.same(await raw(store, 'air-1', 'pm25'), [
      { at: noon, value: 35.5, quality: 'good' },
      { at: noon + 1000, value: 36, quality: 'good' },
    ])
    t.equal(await store.count(), 2)
  },

  'an empty store answers with nothing': async (t, store) => {
    t.same(await raw(store, 'air-1', 'pm25'), [])
    t.same(await store.range({ terminal: 'air-1', point: 'pm25', from: 0, to: noon, everyMs: 1000 }), [])
    t.same(await store.latest(), [])
    t.equal(await store.count(), 0)
    t.same((await store.write(batch())).refused, [])
    t.same((await store.write(batch(envelope([])))).refused, [])
  },

  'the same envelope again adds nothing': async (t, store) => {
    const once = envelope([reading('air-1', 'pm25', noon, 35), reading('air-1', 'pm10', noon, null, 'comm_fail')])
    const next = envelope([reading('air-1', 'pm25', noon + 1000, 36)])
    await store.write(batch(once))
    await store.write(batch(once, next, once))
    await store.write(batch(next))
    t.equal(await store.count(), 3)
    t.same(
      (await raw(store, 'air-1', 'pm25')).map(({ value }) => value),
      [35, 36],
    )
  },

  'an envelope that comes again with more readings, set aside before, keeps both': async (t, store) => {
    const first = envelope([reading('air-1', 'pm25', noon, 35)])
    await store.write(batch(first))
    await store.write(batch({ ...first, readings: [reading('air-9', 'pm25', noon, 50)] }))
    t.equal(await store.count(), 2)
    t.same(await raw(store, 'air-9', 'pm25'), [{ at: noon, value: 50, quality: 'good' }])
  },

  'what stands there already under the name of another envelope is replaced when it is said so': async (t, store) => {
    const first = envelope([reading('air-1', 'pm25', noon, 35), reading('air-1', 'pm10', noon, 80)])
    const later = envelope([reading('air-1', 'pm25', noon, 36), reading('air-1', 'pm25', noon + 1000, 37)])
    await store.write(batch(first))
    await store.write(batch({ ...later, replaces: true }))
    t.equal(await store.count(), 3)
    const digest = await store.digest({ from: noon, to: noon + 2000 })
    t.match(
      digest.toSorted((a, b) => (a.point < b.point ? -1 : 1)),
      [
        { point: 'pm10', values: 1, sum: 80 },
        { point: 'pm25', values: 2, sum: 73 },
      ],
    )
  },

  'two readings of one series at one instant: the later written is read': async (t, store) => {
    await write(store, reading('air-1', 'pm25', noon, 35), reading('air-1', 'pm25', noon + 1000, 36))
    await write(store, reading('air-1', 'pm25', noon, 70))
    t.same(
      (await raw(store, 'air-1', 'pm25')).map(({ value }) => value),
      [70, 36],
    )
    const query = { terminal: 'air-1', point: 'pm25', from: noon, to: noon + 60_000, everyMs: 60_000 }
    t.match(await store.range(query), [{ value: 53, count: 2, min: 36, max: 70 }])
  },

  'every quality is kept, with or without a value': async (t, store) => {
    const readings = qualityNames.flatMap((quality, place) => [
      reading('air-1', 'pm25', noon + place * 1000, place, quality),
      ...(quality === 'good' ? [] : [reading('air-1', 'pm10', noon + place * 1000, null, quality)]),
    ])
    await write(store, ...readings)
    t.same(
      (await raw(store, 'air-1', 'pm25')).map(({ value, quality }) => [value, quality]),
      qualityNames.map((quality, place) => [place, quality]),
    )
    t.same(
      (await raw(store, 'air-1', 'pm10')).map(({ value, quality }) => [value, quality]),
      qualityNames.slice(1).map((quality) => [null, quality]),
    )
    t.equal(await store.count(), readings.length)
  },

  'doubles come back bit by bit': async (t, store) => {
    const values = [0, -1.5, 1e308, -1e308, 5e-324, 0.1 + 0.2, 1 / 3, Number.MAX_SAFE_INTEGER, 1e21, -40.123456789]
    await write(store, ...values.map((value, place) => reading('air-1', 'pm25', noon + place, value)))
    t.same(
      (await raw(store, 'air-1', 'pm25')).map(({ value }) => value),
      values,
    )
  },

  'points of one terminal at one instant stay apart': async (t, store) => {
    await write(store, reading('air-1', 'pm25', noon, 35), reading('air-1', 'pm10', noon, 80))
    await write(store, reading('air-1', 'so2', noon, null, 'stale'))
    t.same(await raw(store, 'air-1', 'pm25'), [{ at: noon, value: 35, quality: 'good' }])
    t.same(await raw(store, 'air-1', 'pm10'), [{ at: noon, value: 80, quality: 'good' }])
    t.same(await raw(store, 'air-1', 'so2'), [{ at: noon, value: null, quality: 'stale' }])
  },

  'latest goes by event time, not by arrival, and knows readings without value': async (t, store) => {
    await write(store, reading('air-1', 'pm25', noon + 5000, 35, 'uncertain'), reading('water-1', 'depth', noon, 4))
    await write(store, reading('air-1', 'pm25', noon, 99), reading('water-1', 'depth', noon + 1, null, 'comm_fail'))
    const latest = [...(await store.latest())].sort((a, b) => (a.terminal < b.terminal ? -1 : 1))
    t.same(latest, [
      reading('air-1', 'pm25', noon + 5000, 35, 'uncertain'),
      reading('water-1', 'depth', noon + 1, null, 'comm_fail'),
    ])
  },

  'a range holds its start and not its end': async (t, store) => {
    await write(store, ...[0, 1, 2, 3].map((place) => reading('air-1', 'pm25', noon + place, place)))
    const rows = await raw(store, 'air-1', 'pm25', noon + 1, noon + 3)
    t.same(
      rows.map(({ value }) => value),
      [1, 2],
    )
  },

  'a limit keeps the oldest': async (t, store) => {
    await write(store, ...[0, 1, 2, 3].map((place) => reading('air-1', 'pm25', noon + place * 1000, place)))
    const query = { terminal: 'air-1', point: 'pm25', from: noon, to: noon + 1e6, limit: 2 }
    t.same(
      (await store.range(query)).map(({ value }) => value),
      [0, 1],
    )
    t.same(
      (await store.range({ ...query, everyMs: 2000, limit: 1 })).map(({ value }) => value),
      [0.5],
    )
  },

  'buckets hold mean, extremes and count of the readings that count': async (t, store) => {
    await write(
      store,
      reading('air-1', 'pm25', noon, 10),
      reading('air-1', 'pm25', noon + 10_000, 20, 'uncertain'),
      reading('air-1', 'pm25', noon + 20_000, 999, 'out_of_range'),
      reading('air-1', 'pm25', noon + 30_000, null, 'comm_fail'),
      reading('air-1', 'pm25', noon + 60_000, -4),
      reading('air-1', 'pm25', noon + 180_000, null, 'stale'),
    )
    const query = { terminal: 'air-1', point: 'pm25', from: noon, to: noon + 600_000, everyMs: 60_000 }
    t.same(await store.range(query), [
      { at: noon, value: 15, quality: 'uncertain', count: 2, min: 10, max: 20 },
      { at: noon + 60_000, value: -4, quality: 'good', count: 1, min: -4, max: -4 },
      { at: noon + 180_000, value: null, quality: 'stale', count: 0 },
    ])
  },

  'buckets start at whole multiples since 1970, whatever the range starts with': async (t, store) => {
    await write(store, reading('air-1', 'pm25', noon + 59_000, 1), reading('air-1', 'pm25', noon + 61_000, 3))
    const query = { terminal: 'air-1', point: 'pm25', from: noon + 30_000, to: noon + 90_000, everyMs: 60_000 }
    t.same(
      (await store.range(query)).map(({ at, value }) => [at, value]),
      [
        [noon, 1],
        [noon + 60_000, 3],
      ],
    )
  },

  // 60 and 70 dB are energies of 1:10: 10·lg((10^6 + 10^7)/2) = 67.404 dB, where 65 would be wrong.
  'sound levels are averaged by energy': async (t, store) => {
    await write(store, reading('noise-1', 'leq', noon, 60), reading('noise-1', 'leq', noon + 1000, 70))
    const query = { terminal: 'noise-1', point: 'leq', from: noon, to: noon + 60_000, everyMs: 60_000 }
    const [row] = await store.range(query)
    t.ok(Math.abs((row?.value ?? 0) - 67.40363) < 1e-5, `mean ${row?.value}`)
    t.match(row, { min: 60, max: 70, count: 2 })
  },

  'a batch may span envelopes of several gateways and spools': async (t, store) => {
    const of = (gateway: string, spool: string, seq: number, terminal: string) => ({
      gateway,
      spool,
      seq,
      readings: [reading(terminal, 'pm25', noon + seq, seq)],
    })
    const all = [of('gw-1', 's', 7, 'a'), of('gw-2', 's', 7, 'b'), of('gw-1', 'z', 7, 'c'), of('gw-1', 's', 9, 'd')]
    await store.write(batch(...all))
    await store.write(batch(of('gw-1', 's', 8, 'e'), ...all))
    t.equal(await store.count(), 5)
    t.same((await store.latest()).map(({ terminal }) => terminal).sort(), ['a', 'b', 'c', 'd', 'e'])
  },

  'a reading no engine can hold is refused, the others are stored': async (t, store) => {
    const bad = reading('air-1', 'pm25', noon, Number.NaN)
    const late = reading('air-1', 'pm25', 1e14, 1)
    const holding = envelope([bad, reading('air-1', 'pm10', noon, 80), late])
    const { refused } = await store.write(batch(holding, envelope([reading('air-1', 'pm10', noon + 1, 81)])))
    t.same(
      refused.map(({ gateway, spool, seq, reading }) => [gateway, spool, seq, reading]),
      [
        ['gw-1', 'spool-a', holding.seq, bad],
        ['gw-1', 'spool-a', holding.seq, late],
      ],
    )
    t.ok(refused.every(({ reason }) => reason.length > 0))
    t.equal(await store.count(), 2)
  },

  'everything is there after closing and opening again': async (t, store, place) => {
    const kept = envelope([
      reading('air-1', 'pm25', noon, 35, 'uncertain'),
      reading('air-1', 'so2', noon, null, 'stale'),
    ])
    await store.write(batch(kept))
    const latest = await store.latest()
    await store.close()
    await t.rejects(store.write(batch(kept)), { code: 'CIV_STORAGE_SERIES_CLOSED' })
    await using again = await place.open()
    await again.write(batch(kept))
    t.equal(await again.count(), 2)
    t.same(await again.latest(), latest)
    await again.write(batch(envelope([reading('air-2', 'pm25', noon, 1), reading('air-1', 'pm25', noon + 1, 2)])))
    t.equal(await again.count(), 4)
  },

  'an engine that keeps the numbers of its envelopes tells them, also after opening again': async (t, store, place) => {
    if (!store.envelopes) return
    const [first, second, fourth] = [1, 2, 4].map((seq) => envelope([reading('air-1', 'pm25', noon + seq, seq)], seq))
    const other = { ...envelope([reading('air-2', 'pm25', noon, 1)], 7), gateway: 'gw-2' }
    if (!first || !second || !fourth) return
    await store.write(batch(second, other))
    await store.write(batch(first, fourth, second))
    const held = [
      {
        gateway: 'gw-1',
        spool: 'spool-a',
        seqs: [
          [1, 2],
          [4, 4],
        ],
      },
      { gateway: 'gw-2', spool: 'spool-a', seqs: [[7, 7]] },
    ]
    t.same(await store.envelopes(), held)
    await store.close()
    await using again = await place.open()
    t.same(await again.envelopes?.(), held)
  },

  'writes and reads may run at the same time': async (t, store) => {
    const writes = Array.from({ length: 20 }, (_, place) =>
      write(store, ...[0, 1, 2].map((point) => reading(`air-${place % 4}`, `p${point}`, noon + place, place))),
    )
    const reads = Array.from({ length: 5 }, () => store.count())
    await Promise.all(writes)
    const counts = await Promise.all(reads)
    t.ok(
      counts.every((count) => count % 3 === 0),
      'a batch is seen whole or not at all',
    )
    t.equal(await store.count(), 60)
    t.equal((await raw(store, 'air-3', 'p2')).length, 5)
  },
}
