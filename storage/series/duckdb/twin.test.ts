// Writes, resends, late readings, closings, merges and restarts in any order: the store answers as its twin in memory does.
import { FakeClock } from '@civitals/contracts/clock'
import { qualityNames } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope } from '@civitals/contracts/settlement'
import fc from 'fast-check'
import t from 'tap'
import { conformanceEnergyMean } from '../conformance.ts'
import { MemorySeries } from '../memory.ts'
import type { SeriesStore } from '../port.ts'
import { type DuckdbSeriesStore, openDuckdbSeries } from './io/duckdb.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 5, 10)
const terminals = ['air-1', 'noise-1']

type Act =
  | { readonly kind: 'write'; readonly hours: number; readonly every: number; readonly terminal: number }
  | { readonly kind: 'resend'; readonly which: number; readonly by: number; readonly renamed: boolean }
  | { readonly kind: 'close' | 'tend' | 'reopen' }
  | { readonly kind: 'wait'; readonly hours: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    hours: fc.integer({ min: 0, max: 60 }),
    every: fc.constantFrom(7_000, 90_000),
    terminal: fc.nat(terminals.length - 1),
  }),
  fc.record({
    kind: fc.constant('resend' as const),
    which: fc.nat(20),
    by: fc.constantFrom(0, 3),
    renamed: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('close' as const, 'close' as const, 'tend' as const, 'reopen' as const) }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 30 }) }),
)

/** Readings of an envelope stand at times of its own, so that no two envelopes write the same one. */
function envelopeOf(seq: number, { hours, every, terminal }: Extract<Act, { kind: 'write' }>): SettledEnvelope {
  const readings = Array.from({ length: 20 }, (_, place): Reading => {
    const quality = qualityNames[(place * 5 + seq) % 11] ?? 'good'
    const value = quality === 'comm_fail' ? null : 40 + ((seq * 7 + place * 3) % 30)
    const at = start + hours * hour + place * every + seq
    return { terminal: terminals[terminal] ?? '', point: 'level', at, value, quality }
  })
  return { gateway: 'g', spool: 's', seq, readings }
}

const changed = (envelope: SettledEnvelope, by: number): SettledEnvelope => ({
  ...envelope,
  readings: envelope.readings.map((one) => ({ ...one, value: one.value === null ? null : one.value + by })),
})

/** Sums of the same numbers in another order end in other digits. */
const rounded = (rows: unknown): unknown =>
  JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)))

async function answers(store: SeriesStore): Promise<unknown> {
  const stretch = { from: start + 5 * hour + 1234, to: start + 50 * hour + 999 }
  const ranges = terminals.flatMap((terminal) =>
    [undefined, 1000, 60_000, 300_000, hour, 24 * hour].map((everyMs) =>
      store.range({ terminal, point: 'level', ...stretch, ...(everyMs !== undefined && { everyMs }) }),
    ),
  )
  const named = (one: { readonly terminal: string }) => one.terminal
  return rounded({
    ranges: await Promise.all(ranges),
    digest: [...(await store.digest(stretch))].sort((a, b) => (named(a) < named(b) ? -1 : 1)),
    latest: [...(await store.latest())].sort((a, b) => (named(a) < named(b) ? -1 : 1)),
    count: await store.count(),
  })
}

/** What the columns of a store hold, and what its buckets of the same stretch do. */
async function bucketsBothWays(store: DuckdbSeriesStore): Promise<readonly [unknown, unknown]> {
  const stretch = { from: start + 5 * hour, to: start + 50 * hour }
  const [columns, ranges]: [unknown[], unknown[]] = [[], []]
  for (const everyMs of [60_000, 300_000, hour]) {
    for (const terminal of terminals) {
      const name = { terminal, point: 'level' }
      const parts = await Array.fromAsync(store.columns?.({ series: [name], ...stretch, everyMs }) ?? [])
      for (const { starts, bucket, mean, min, max, count, uncertain } of parts) {
        for (let row = starts[0] ?? 0; row < (starts[1] ?? 0); row++) {
          columns.push([
            terminal,
            (bucket[row] ?? 0) * everyMs,
            mean[row],
            min[row],
            max[row],
            count[row],
            uncertain[row],
          ])
        }
      }
      for (const { at, value, min = 0, max = 0, count, quality } of await store.range({
        ...name,
        ...stretch,
        everyMs,
      })) {
        if (value === null) continue
        const row = [Math.fround(value), Math.fround(min), Math.fround(max), count, quality === 'good' ? 0 : 1]
        ranges.push([terminal, at, ...row])
      }
    }
  }
  const shortened = (rows: unknown): unknown =>
    JSON.parse(JSON.stringify(rows, (_, one) => (typeof one === 'number' ? Number(one.toPrecision(6)) : one)))
  return [shortened(columns), shortened(ranges)]
}

t.test('the store answers as its twin does, whatever happens', { timeout: 300_000 }, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
      const clock = new FakeClock(start + 30 * hour)
      const folder = t.testdir()
      const open = (): Promise<DuckdbSeriesStore> =>
        openDuckdbSeries({ folder, clock, energyMean: conformanceEnergyMean, openTableRows: 50 })
      let store = await open()
      const twin = new MemorySeries({ energyMean: conformanceEnergyMean })
      const written: SettledEnvelope[] = []
      let released = 0
      const write = async (envelope: SettledEnvelope): Promise<void> => {
        for (const one of [store, twin]) await one.write({ envelopes: [envelope], receivedAt: 0 })
      }
      for (const one of acts) {
        if (one.kind === 'write') {
          const envelope = envelopeOf(written.length + 1, one)
          written.push(envelope)
          await write(envelope)
        } else if (one.kind === 'resend') {
          const envelope = written[one.which % Math.max(1, written.length)]
          const renamed = one.renamed && ({ spool: 's.aside', seq: ++released, replaces: true } as const)
          if (envelope) await write({ ...changed(envelope, one.by), ...renamed })
        } else if (one.kind === 'close') await store.tend(true)
        else if (one.kind === 'tend') await store.tend()
        else if (one.kind === 'wait') clock.stepWall(one.hours * hour)
        else {
          await store.close()
          store = await open()
        }
      }
      const [ours, expected] = [await answers(store), await answers(twin)]
      const [columns, ranges] = await bucketsBothWays(store)
      await store.close()
      if (JSON.stringify(columns) !== JSON.stringify(ranges)) {
        t.same(columns, ranges)
        return false
      }
      if (JSON.stringify(ours) !== JSON.stringify(expected)) {
        t.same(ours, expected)
        return false
      }
      return true
    }),
    { numRuns: 12, seed: 20261129, endOnFailure: true },
  )
  t.pass('in every order tried')
})
