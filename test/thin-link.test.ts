// A link of one kilobyte a second with a backlog before it: an alarm does not stand behind the backlog, and the backlog arrives.
import t from 'tap'
import { systemClock } from '../contracts/io/system-clock.ts'
import { memorySpool } from '../gateway/spool/memory.ts'
import type { ReadingClass } from '../gateway/spool/spool.ts'
import { mqttLink } from '../gateway/uplink/io/mqtt-connection.ts'
import { Uplink } from '../gateway/uplink/uplink.ts'
import { password } from '../ingest/testing/city.ts'
import { envelopeOf } from '../ingest/testing/envelopes.ts'
import { openStation } from '../ingest/testing/io/station.ts'
import { openFaultProxy } from './fault/proxy.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }

t.test('one kilobyte a second', { timeout: 120_000 }, async (t) => {
  await using station = await openStation()
  await using proxy = await openFaultProxy(station.ingest.port)
  const spool = memorySpool({ id: 'thin', limits, clock: systemClock })
  const sample = envelopeOf(1).samples[0]
  if (!sample) throw new Error('no sample')
  const draft = (kept: ReadingClass, count: number) => ({
    ...{ config: 'c', class: kept },
    samples: Array.from({ length: count }, (_, n) => ({ ...sample, at: sample.at + n })),
  })
  const backlog = await spool.append(Array.from({ length: 100 }, () => draft('telemetry', 20)))
  const bytes = backlog.reduce((sum, { payload }) => sum + payload.length, 0)
  t.ok(bytes > 150_000, `a backlog of ${bytes} bytes`)

  proxy.set({ up: { bytesPerSecond: 1000 } })
  const uplink = new Uplink({
    connect: mqttLink({
      gateway: 'g1',
      url: `mqtt://127.0.0.1:${proxy.port}`,
      password: () => password,
      clock: systemClock,
    }),
    ...{ spool, clock: systemClock, random: Math.random },
    status: () => ({ online: true, at: systemClock.now() }),
    statusEveryMs: 300_000,
    onFailure: (error) => t.error(error),
  })
  const stop = new AbortController()
  const running = uplink.run(stop.signal)
  const settled = async (seq: number): Promise<boolean> =>
    (await station.ingest.ledger()).some(
      ({ settledUpTo, above }) => seq <= settledUpTo || above.some(([from, to]) => from <= seq && seq <= to),
    )
  const until = async (what: () => boolean | Promise<boolean>, withinMs: number): Promise<number> => {
    const from = systemClock.mono()
    while (!(await what()) && systemClock.mono() - from < withinMs)
      await new Promise((resolve) => setTimeout(resolve, 50))
    return systemClock.mono() - from
  }
  await until(() => settled(1), 60_000)
  for (let alarms = 0; alarms < 2; alarms++) {
    const [row] = await spool.append([draft('alarm', 1)])
    uplink.committed(row ? [row] : [])
    const took = await until(() => settled(row?.seq ?? 0), 60_000)
    t.comment(`alarm ${alarms + 1} settled after ${Math.round(took)} ms, ${proxy.carried.up.passed} bytes carried`)
    // The whole backlog takes three minutes; what was sent ahead of the alarm, some seconds.
    t.ok(took < 20_000, `alarm ${alarms + 1} does not wait for the backlog`)
  }
  t.ok(spool.counters().waiting > 50, 'which is still there')
  proxy.set({})
  await until(() => spool.counters().waiting === 0, 30_000)
  t.equal(spool.counters().waiting, 0, 'and comes')
  t.equal(proxy.carried.connections, 1, 'over the one connection')
  stop.abort()
  await running
})
