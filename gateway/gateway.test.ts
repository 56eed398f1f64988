// The pipeline with every part in memory and fake time: accounts hold over outages of the centre and of the disk.
import { FakeClock } from '@civitals/contracts/clock'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import type { ModbusLine } from '@civitals/firmware-bridge/modbus/line'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { modbusPoints, type Profile } from '@civitals/firmware-bridge/profile'
import { pino } from 'pino'
import t from 'tap'
import { Gateway } from './gateway.ts'
import { memorySpool } from './spool/memory.ts'
import type { Spool } from './spool/spool.ts'
import { ScriptedCentre } from './uplink/scripted-centre.ts'

const profile: Profile = {
  profile: 'gauge',
  version: 1,
  kind: 'gauge',
  group: 'water',
  protocol: 'modbus',
  name: { zh: '计', en: 'gauge' },
  source: 'test',
  reportEvery: '30s',
  points: [
    {
      id: 'depth',
      name: { zh: '深', en: 'depth' },
      unit: 'cm',
      class: 'alarm',
      resolution: 1,
      range: [0, 65_535],
      read: { function: 'holding', address: 0, type: 'u16' },
    },
  ],
}

function build(wrap: (spool: Spool) => Spool = (spool) => spool) {
  const clock = new FakeClock()
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const spool = wrap(memorySpool({ id: 's1', limits, clock }))
  const centre = new ScriptedCentre(clock)
  let reads = 0
  const line: ModbusLine = {
    transact: async () => ({ ok: true, registers: [++reads], arrivedAt: clock.now(), wireMs: 0 }),
    close: async () => undefined,
    health: { connected: true, transactions: 0, timeouts: 0, crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 },
  }
  const points = modbusPoints(profile)
  const reader = new ModbusReader({ line, unit: 1, points, clock })
  const gateway = new Gateway({
    lines: [
      { id: 'l1', line, terminals: [{ id: 't1', unit: 1, profile, points, reader, report: { report: 'every' } }] },
    ],
    ...{ spool, clock, connect: centre.connect, random: () => 0.5 },
    periods: { alarm: 1000, normal: 5000, bulk: 60_000 },
    config: 'c0ffee',
    version: '0.0.0',
    lingerMs: 1000,
    logger: pino({ level: 'silent' }),
  })
  const stored = (): unknown[] => {
    const bySeq = new Map(centre.arrivals.map((arrival) => [arrival.seq, arrival]))
    return [...bySeq.values()].flatMap(({ payload }) => {
      const decoded = decodeEnvelope(payload)
      return decoded.ok ? decoded.envelope.samples.map((sample) => sample.values.depth) : []
    })
  }
  const alive = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000)
      centre.ping()
    }
  }
  return { clock, spool, centre, gateway, stored, alive, reads: () => reads }
}
const oneTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

t.test('every reading arrives, over outages of the centre, exactly once in the accounts', async (t) => {
  const { centre, gateway, stored, alive, reads, spool } = build()
  const stop = new AbortController()
  const running = gateway.run(stop.signal)
  await alive(20)
  centre.script.refuse = 'down'
  centre.cut()
  await alive(120)
  t.ok(spool.counters().waiting >= 119, 'kept while the centre is away')
  delete centre.script.refuse
  await alive(90)
  stop.abort()
  await alive(2)
  await running
  t.same(
    (stored() as number[]).sort((a, b) => a - b),
    oneTo(reads()),
  )
  const { producedReadings, waitingReadings, declaredLost } = gateway.status().spool ?? {}
  t.same([producedReadings, waitingReadings, declaredLost], [reads(), 0, 0])
})

t.test('the status says what runs', async (t) => {
  const { gateway, alive, centre } = build()
  const stop = new AbortController()
  const running = gateway.run(stop.signal)
  await alive(12)
  t.match(centre.statuses.at(-1), {
    online: true,
    version: '0.0.0',
    config: 'c0ffee',
    clock: 'synced',
    spool: { id: 's1' },
    lines: [{ line: 'l1', terminals: 1, silent: 0 }],
  })
  t.ok((centre.statuses.at(-1)?.bytesPerDay ?? 0) > 0)
  stop.abort()
  await alive(1)
  await running
  t.equal(centre.statuses.at(-1)?.online, false)
})

t.test('a spool that is gone for good ends the gateway instead of filling its memory', async (t) => {
  const lost = new CivitalsError('CIV_GATEWAY_SPOOL_CLOSED', 'the spool is closed')
  let gone = false
  const { gateway, alive } = build((spool) => ({
    ...spool,
    append: (drafts) => (gone ? Promise.reject(lost) : spool.append(drafts)),
  }))
  const ended = t.rejects(gateway.run(new AbortController().signal), { code: 'CIV_GATEWAY_SPOOL_CLOSED' })
  await alive(5)
  gone = true
  await alive(5)
  await ended
})
