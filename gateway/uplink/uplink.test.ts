// The uplink against a scripted centre, in fake time: what is sent, on which lane, how often, and what stays in the spool.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import type { SpoolRow } from '../spool/spool.ts'
import { ScriptedCentre } from './scripted-centre.ts'
import { Uplink } from './uplink.ts'

function build() {
  const clock = new FakeClock()
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const spool = memorySpool({ id: 's1', limits, clock })
  const centre = new ScriptedCentre(clock)
  const retries: number[] = []
  const failures: unknown[] = []
  const uplink = new Uplink({
    ...{ connect: centre.connect, spool, clock, random: () => 0.5 },
    status: () => ({ online: true, at: clock.now() }),
    configurations: () => new Uint8Array([1]),
    onDisconnected: (_reason, retryMs) => void retries.push(retryMs),
    onFailure: (error) => void failures.push(error),
  })
  const stop = new AbortController()
  const append = async (count: number): Promise<readonly SpoolRow[]> => {
    const rows: SpoolRow[] = []
    for (let index = 0; index < count; index++) {
      const samples = [{ terminal: 't1', at: clock.now(), clock: 'synced' as const, values: { a: index } }]
      rows.push(...(await spool.append([{ config: 'c', samples, class: 'telemetry' as const }])))
    }
    uplink.committed(rows)
    return rows
  }
  const run = (): Promise<void> => uplink.run(stop.signal)
  const seqs = (lane?: string): number[] =>
    centre.arrivals.filter((one) => lane === undefined || one.lane === lane).map((one) => one.seq)
  const alive = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1000) {
      await clock.advance(1000)
      centre.ping()
    }
  }
  return { clock, spool, centre, uplink, stop, append, run, seqs, retries, failures, alive }
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

t.test('live envelopes go out in order, once, and leave what waits when they are acknowledged', async (t) => {
  const { clock, centre, spool, append, run, seqs, stop } = build()
  const running = run()
  await clock.advance(10)
  for (let second = 0; second < 30; second++) {
    await append(2)
    await clock.advance(1000)
  }
  t.same(seqs('live'), range(1, 60))
  t.same(seqs('backfill'), [])
  t.equal(spool.counters().waiting, 0)
  stop.abort()
  await running
  t.equal(centre.statuses.at(-1)?.online, false, 'says goodbye')
  t.ok(centre.statuses.filter((status) => status.online).length >= 3, 'tells its status every ten seconds')
})

t.test('a backlog goes oldest first beside live envelopes, at most a quarter of the window at a time', async (t) => {
  const { clock, centre, spool, append, run, seqs, failures } = build()
  await append(500)
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  t.same(seqs('backfill'), range(1, 16))
  await append(3)
  await clock.advance(10)
  t.same(seqs('live'), [501, 502, 503], 'live ones do not wait behind it')
  centre.script.acknowledging = true
  centre.acknowledgeAll()
  for (let step = 0; step < 200; step++) await clock.advance(5)
  t.same(seqs('backfill'), range(1, 500))
  t.equal(spool.counters().waiting, 0)
  t.same(failures, [])
})

t.test('the window is bounded, and nothing is sent again before its time', async (t) => {
  const { clock, centre, uplink, append, run, seqs } = build()
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  await append(200)
  await clock.advance(5000)
  t.same(seqs(), range(1, 48))
  t.equal(uplink.inFlight, 48)
})

t.test('without an acknowledgement an envelope is sent again after 10 s, then 20 s, the same bytes', async (t) => {
  const { clock, centre, append, run, alive, spool } = build()
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  const [row] = await append(1)
  const sentAt = clock.now()
  await alive(75_000)
  t.same(
    centre.arrivals.map((one) => Math.round((one.at - sentAt) / 1000)),
    [0, 10, 30, 70],
  )
  for (const one of centre.arrivals) t.same(one.payload, row?.payload)
  t.same(
    centre.arrivals.map((one) => one.lane),
    ['live', 'live', 'live', 'backfill'],
    'after a minute it is history',
  )
  centre.acknowledgeAll()
  await clock.advance(10)
  t.equal(spool.counters().waiting, 0)
})

t.test('ranges above a hole free what they cover; the hole alone is sent again', async (t) => {
  const { clock, centre, append, run, seqs, alive, spool } = build()
  const lost = new Set([3, 4])
  centre.script.arrives = ({ seq }) => !lost.delete(seq)
  void run()
  await clock.advance(10)
  await append(10)
  await alive(3000)
  t.equal(spool.counters().waiting, 2)
  await alive(10_000)
  t.same(seqs(), [1, 2, 5, 6, 7, 8, 9, 10, 3, 4])
  t.equal(spool.counters().waiting, 0)
})

t.test('after a cut everything unacknowledged goes again, as backfill, and new envelopes go live', async (t) => {
  const { clock, centre, append, run, seqs, spool } = build()
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  await append(5)
  await clock.advance(100)
  t.same(seqs('live'), range(1, 5))
  centre.cut()
  centre.script.acknowledging = true
  await clock.advance(100)
  await append(2)
  await clock.advance(2000)
  t.equal(centre.sessions, 2)
  t.same(seqs('backfill'), range(1, 7))
  await append(1)
  await clock.advance(10)
  t.equal(seqs('live').at(-1), 8)
  t.equal(spool.counters().waiting, 0)
  t.equal(centre.statuses.filter((status) => !status.online).length, 1, 'the last will spoke for the lost session')
})

t.test('waits between attempts grow to half a minute; a good session starts them anew', async (t) => {
  const { clock, centre, run, retries, alive } = build()
  centre.script.refuse = 'ECONNREFUSED'
  void run()
  await clock.advance(200_000)
  t.same(retries.slice(0, 8), [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  delete centre.script.refuse
  await clock.advance(30_000)
  t.equal(centre.sessions, 1)
  await alive(20_000)
  centre.cut()
  await clock.advance(1)
  t.equal(retries.at(-1), 500)
})

t.test(
  'it tells how it stands: why there is no session, since when there is one, when the centre settled last',
  async (t) => {
    const { clock, centre, uplink, run, append, alive } = build()
    t.same(uplink.state(), { sessions: 0 })
    centre.script.refuse = 'ECONNREFUSED'
    void run()
    await clock.advance(10)
    t.same(uplink.state(), { sessions: 0, trouble: 'ECONNREFUSED' })
    delete centre.script.refuse
    await clock.advance(2000)
    const { connectedSince = 0 } = uplink.state()
    t.same(uplink.state(), { sessions: 1, connectedSince })
    await append(1)
    await clock.advance(50)
    const { acknowledgedAt = 0 } = uplink.state()
    t.ok(acknowledgedAt >= connectedSince && acknowledgedAt <= clock.now())
    await alive(20_000)
    centre.cut()
    await clock.advance(1)
    t.same(uplink.state(), { sessions: 1, acknowledgedAt, trouble: 'reset' })
  },
)

t.test(
  'a box whose id another one uses does not fight for it, says so, and delivers all it kept when it is let in',
  async (t) => {
    const { clock, centre, run, retries, uplink, append, spool, alive } = build()
    centre.script.cloned = true
    void run()
    await clock.advance(10)
    await append(5)
    await clock.advance(1_000_000)
    t.same(retries, [450_000, 450_000, 450_000])
    t.match(uplink.state().clone, /another box uses this id/)
    centre.script.cloned = false
    await clock.advance(450_000)
    await alive(2000)
    t.equal(spool.counters().waiting, 0)
    t.equal(uplink.state().clone, undefined)
  },
)

t.test('one whose sessions are taken over again and again waits long, at random, between its attempts', async (t) => {
  const { clock, centre, run, retries, uplink } = build()
  void run()
  for (let n = 0; n < 5; n++) {
    while (centre.sessions < n + 1) await clock.advance(1000)
    centre.cut('connection closed')
    await clock.advance(1)
  }
  t.equal(retries.at(-1), 450_000)
  t.match(uplink.state().clone, /perhaps another box/)
})

t.test('a live lane that stalls for more than a minute is history when it moves again', async (t) => {
  const { clock, centre, append, run, seqs, alive, spool } = build()
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  await append(100)
  await alive(65_000)
  centre.arrivals.length = 0
  centre.script.acknowledging = true
  centre.acknowledgeAll()
  await alive(2000)
  await append(1)
  await alive(1000)
  t.same(
    seqs('backfill').sort((a, b) => a - b),
    range(49, 100),
  )
  t.same(seqs('live'), [101])
  t.equal(spool.counters().waiting, 0)
})

t.test('an acknowledgement of another spool changes nothing', async (t) => {
  const { clock, centre, append, run, spool } = build()
  centre.script.arrives = () => false
  void run()
  await clock.advance(10)
  await append(1)
  centre.acknowledgeAll()
  await clock.advance(10)
  t.equal(spool.counters().waiting, 1)
})

t.test('what the centre says it has with the subscription is not sent again', async (t) => {
  const { clock, centre, append, seqs, spool } = build()
  await append(20)
  const connect = centre.connect
  const told = { spools: { s1: { upTo: 15, above: [[18, 18]] as [number, number][] } } }
  const uplink = new Uplink({
    connect: async (options) => {
      options.onAcknowledgement(told)
      return connect(options)
    },
    ...{
      spool,
      clock,
      random: () => 0.5,
      status: () => ({ online: true, at: clock.now() }),
      onFailure: (error) => void t.error(error),
    },
  })
  void uplink.run(new AbortController().signal)
  await clock.advance(10)
  t.same(seqs(), [16, 17, 19, 20])
})

/** Backfill in flight after acknowledgements that took `roundTripMs`. */
async function backfillAfter(roundTripMs: number): Promise<number> {
  const { clock, centre, append, run, uplink } = build()
  await append(500)
  centre.script.acknowledging = false
  void run()
  await clock.advance(10)
  await clock.advance(roundTripMs - 10)
  centre.acknowledgeAll()
  await clock.advance(10)
  return uplink.inFlight
}

t.test(
  'backfill takes most of the window while acknowledgements are fast, and hardly any of a slow link',
  async (t) => {
    t.equal(await backfillAfter(100), 48)
    t.equal(await backfillAfter(1000), 16)
    t.equal(await backfillAfter(4000), 4)
  },
)

t.test(
  'what the centre wants again goes out once more beside live envelopes, until it is acknowledged anew',
  async (t) => {
    const { clock, centre, spool, append, run, seqs, failures } = build()
    void run()
    await clock.advance(10)
    await append(20)
    await clock.advance(1000)
    t.equal(spool.counters().waiting, 0)
    centre.script.acknowledging = false
    centre.askAgain({
      id: 'r-1',
      kind: 'resend',
      spool: 's1',
      ranges: [
        [3, 5],
        [19, 30],
      ],
    })
    await clock.advance(10)
    t.same(centre.replies, [{ id: 'r-1', ok: true, reopened: 5, missing: [[21, 30]] }])
    t.same(seqs('backfill'), [3, 4, 5, 19, 20])
    t.match(spool.counters(), { reopened: 5, waiting: 0 })
    await append(1)
    await clock.advance(10)
    t.equal(seqs('live').at(-1), 21)
    centre.script.acknowledging = true
    centre.acknowledgeAll()
    await clock.advance(10)
    t.match(spool.counters(), { reopened: 0, waiting: 0 })
    t.same(failures, [])
  },
)

t.test('asked twice it answers twice and sends once; asked for nothing it knows it does nothing', async (t) => {
  const { clock, centre, append, run, seqs } = build()
  void run()
  await clock.advance(10)
  await append(4)
  await clock.advance(1000)
  centre.script.acknowledging = false
  const again = { id: 'r-2', kind: 'resend', spool: 's1', ranges: [[2, 2]] } as const
  centre.askAgain({ ...again, ranges: [[2, 2]] })
  centre.askAgain({ ...again, ranges: [[2, 2]] })
  centre.command(new TextEncoder().encode('{"id":"x","kind":"format"}'))
  await clock.advance(10)
  t.equal(centre.replies.length, 2)
  t.same(seqs('backfill'), [2])
})

t.test('asked for its configurations it tells them once more', async (t) => {
  const { clock, centre, run } = build()
  void run()
  await clock.advance(10)
  t.equal(centre.configurations.length, 1, 'told with the connection')
  centre.command(new TextEncoder().encode('{"id":"c","kind":"configuration"}'))
  await clock.advance(10)
  t.equal(centre.configurations.length, 2)
  t.same(centre.replies, [{ id: 'c', ok: true, reopened: 0, missing: [] }])
})

t.test('reopened envelopes of an older session go out with the next one', async (t) => {
  const { clock, centre, spool, append, run, seqs } = build()
  void run()
  await clock.advance(10)
  await append(4)
  await clock.advance(1000)
  centre.script.arrives = () => false
  centre.askAgain({ id: 'r-3', kind: 'resend', spool: 's1', ranges: [[1, 2]] })
  await clock.advance(10)
  centre.cut()
  centre.script.arrives = () => true
  for (let second = 0; second < 60; second++) await clock.advance(1000)
  t.same(seqs('backfill'), [1, 2])
  t.equal(spool.counters().reopened, 0)
})

t.test('a half-open link is given up within 30 s of its last sign of life; one that only beats is kept', async (t) => {
  const { clock, centre, run, retries, alive } = build()
  void run()
  await clock.advance(10)
  await alive(120_000)
  t.same([centre.sessions, retries.length], [1, 0])
  for (let second = 0; second < 24; second++) await clock.advance(1000)
  t.equal(retries.length, 0, 'a beat every 15 s may be late')
  for (let second = 0; second < 6; second++) await clock.advance(1000)
  t.equal(retries.length, 1)
})

t.test(
  'an acknowledgement the spool could not take note of is noted later, though the centre does not say it again',
  async (t) => {
    const { clock, spool, append, run, failures, alive } = build()
    const acknowledge = spool.acknowledge
    let full = true
    Object.assign(spool, {
      acknowledge: (settled: Parameters<typeof acknowledge>[0]) =>
        full ? Promise.reject(new Error('disk full')) : acknowledge(settled),
    })
    void run()
    await clock.advance(10)
    await append(3)
    await clock.advance(1000)
    t.equal(spool.counters().waiting, 3)
    full = false
    await alive(10_000)
    t.equal(spool.counters().waiting, 0)
    t.ok(failures.length > 0, 'and it was told')
  },
)
