import t from 'tap'
import { decodeReads, readTerminal, roundTo } from './driver.ts'
import type { ModbusLine, ModbusOutcome, ModbusRead } from './modbus/line.ts'
import { planReads } from './planning/plan-reads.ts'
import type { ModbusPoint, Profile, ReadSpec } from './profile.ts'

const point = (id: string, read: ReadSpec, more: Partial<ModbusPoint> = {}): ModbusPoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'none',
  class: 'normal',
  resolution: 0.1,
  range: [-1000, 1000],
  read,
  ...more,
})
const u16 = (address: number): ModbusPoint => point(`p${address}`, { function: 'holding', address, type: 'u16' })
const decode = (one: ModbusPoint, outcome: ModbusOutcome): unknown => {
  const [plan] = planReads([one])
  return plan && decodeReads(plan, outcome).get(one.id)
}
const registers = (...words: number[]): ModbusOutcome => ({ ok: true, registers: words, arrivedAt: 0, wireMs: 0 })

t.test('values are scaled, shifted and rounded to the resolution', async (t) => {
  const read = { function: 'holding', address: 0, type: 'i16', scale: 0.1, offset: -40 } as const
  t.same(decode(point('a', read), registers(736)), { value: 33.6 })
  t.same(decode(point('a', read, { resolution: 0.5 }), registers(737)), { value: 33.5 })
})

t.test('an impossible value has a quality instead', async (t) => {
  const read = { function: 'holding', address: 0, type: 'u16' } as const
  t.same(decode(point('a', read, { range: [0, 100] }), registers(100)), { value: 100 })
  t.same(decode(point('a', read, { range: [0, 100] }), registers(101)), { quality: 'out_of_range' })
  const float = { function: 'holding', address: 0, type: 'f32' } as const
  t.same(decode(point('a', float), registers(0x7fc0, 0)), { quality: 'out_of_range' })
})

t.test('a failure has a quality and no value', async (t) => {
  t.same(decode(u16(0), { ok: false, kind: 'exception', code: 2 }), { quality: 'device_exception' })
  for (const kind of ['timeout', 'crc', 'link', 'aborted'] as const) {
    t.same(decode(u16(0), { ok: false, kind }), { quality: 'comm_fail' })
  }
  for (const code of [10, 11]) {
    const unreached: ModbusOutcome = { ok: false, kind: 'exception', code }
    t.same(decode(u16(0), unreached), { quality: 'comm_fail' }, 'said by a gateway on the way, not by the terminal')
  }
  t.same(decode(u16(0), registers()), { quality: 'comm_fail' }, 'a short reply')
})

t.test('rounding leaves no binary dust and no -0', async (t) => {
  t.equal(roundTo(3 * 0.1, 0.1), 0.3)
  t.equal(roundTo(-0.375, 0.01), -0.38)
  t.equal(roundTo(4_000_000_123 * 0.01, 0.01), 40_000_001.23)
  t.equal(roundTo(17, 5), 15)
  t.ok(Object.is(roundTo(-0.01, 0.1), 0))
  t.ok(Number.isNaN(roundTo(Number.NaN, 0.1)))
  t.notOk(Number.isFinite(roundTo(Number.POSITIVE_INFINITY, 0.1)))
})

function fakeLine(answer: (request: ModbusRead) => ModbusOutcome): ModbusLine & { asked: ModbusRead[] } {
  const asked: ModbusRead[] = []
  const health = {
    connected: true,
    transactions: 0,
    timeouts: 0,
    crcErrors: 0,
    exceptions: 0,
    linkErrors: 0,
    connects: 1,
  }
  return {
    asked,
    health,
    close: async () => {},
    transact: async (request) => {
      const read = request as ModbusRead
      asked.push(read)
      return answer(read)
    },
  }
}

const profile = { protocol: 'modbus', points: [u16(0), u16(50), u16(100)] } as unknown as Profile

t.test('after a silence the rest of the terminal is spared', async (t) => {
  const line = fakeLine(() => ({ ok: false, kind: 'timeout' }))
  const reading = await readTerminal(line, 1, profile)
  t.equal(line.asked.length, 1)
  t.same(reading.quality, { p0: 'comm_fail', p50: 'comm_fail', p100: 'comm_fail' })
  t.equal(reading.at, undefined)
})

t.test('an exception costs its own points only; the time is that of the last good reply', async (t) => {
  const line = fakeLine(({ address }) =>
    address === 50
      ? { ok: false, kind: 'exception', code: 2 }
      : { ok: true, registers: [address], arrivedAt: 1000 + address, wireMs: 0 },
  )
  const reading = await readTerminal(line, 1, profile)
  t.match(reading, { at: 1100, values: { p0: 0, p100: 100 }, quality: { p50: 'device_exception' } })
  t.match(reading.failure, { kind: 'exception', code: 2 })
})

t.test('chosen points are read alone', async (t) => {
  const line = fakeLine(() => ({ ok: true, registers: [7], arrivedAt: 1, wireMs: 0 }))
  t.same((await readTerminal(line, 4, profile, [u16(50)])).values, { p50: 7 })
  t.match(line.asked, [{ unit: 4, function: 'holding', address: 50, count: 1 }])
})
