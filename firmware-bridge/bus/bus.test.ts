// A Modbus terminal, an electricity meter and a water meter on one line. Meter frames were built outside this project (Python).
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { ModbusReader } from '../modbus/reader.ts'
import type { ElementPoint, ElementProfile, ModbusPoint } from '../profile.ts'
import { type MeterScript, playMeters } from '../testing/scripted-meter.ts'
import { listenRtu, rtuReply } from '../testing/scripted-terminal.ts'
import { pass } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { busThroughSocket } from './io/open-bus.ts'
import { meterSide, modbusSide } from './line.ts'
import { type MeterPlan, MeterReader } from './meter-reader.ts'

const meter = '202012345678'
const water = '78330011223344'
const ask = {
  voltages: '68 78 56 34 12 20 20 68 11 04 33 32 34 35 07 16',
  voltageA: '68 78 56 34 12 20 20 68 11 04 33 34 34 35 09 16',
  voltageB: '68 78 56 34 12 20 20 68 11 04 33 35 34 35 0A 16',
  energy: '68 78 56 34 12 20 20 68 11 04 33 33 33 33 05 16',
}
const say = {
  voltages: '68 78 56 34 12 20 20 68 91 0A 33 32 34 35 34 56 45 56 32 32 16 16',
  voltageA: '68 78 56 34 12 20 20 68 91 06 33 34 34 35 34 56 15 16',
  voltageB: '68 78 56 34 12 20 20 68 91 06 33 35 34 35 45 56 27 16',
  energy: '68 78 56 34 12 20 20 68 91 08 33 33 33 33 AB 89 67 45 69 16',
  refusal: '68 78 56 34 12 20 20 68 D1 01 35 2B 16',
}

const point = (id: string, element: string, more: Partial<ElementPoint['read']> = {}): ElementPoint => ({
  ...{ id, name: { zh: id, en: id }, unit: 'none', class: 'normal', resolution: 0.1, range: [0, 1_000_000] },
  read: { element, ...more },
})
const profileOf = (protocol: 'dlt645' | 'cjt188', points: ElementPoint[]): ElementProfile => ({
  ...{
    profile: 'p',
    version: 1,
    kind: 'k',
    group: 'g',
    name: { zh: '表', en: 'meter' },
    source: 'test',
    reportEvery: '60s',
  },
  ...{ protocol, points, ...(protocol === 'cjt188' && { meter: { type: '10' } }) },
})
const va = point('va', '02010100')
const vb = point('vb', '02010200')
const vc = point('vc', '02010300')
const energy = point('energy', '00000000', { scale: 0.001, offset: 1 })

function build(script: MeterScript) {
  const clock = new FakeClock()
  const asked: string[] = []
  const wire = new MemoryWire((far) => {
    playMeters(far, script, asked)
    listenRtu(far, (request) => request.unit === 5 && far.write(rtuReply(request)))
  })
  const line = busThroughSocket(wire.dial, { clock })
  const reader = (points: ElementPoint[]) =>
    new MeterReader({ line: meterSide(line), meter, profile: profileOf('dlt645', points) })
  const read = async (of: MeterReader, plan: MeterPlan, ms = 1000) => {
    const reading = of.read(plan)
    await pass(clock, ms)
    return reading
  }
  return { clock, asked, wire, line, reader, read }
}

t.test('phases are asked for in one block; one that the meter does not have has no value', async (t) => {
  const { reader, read, asked } = build({ [ask.voltages]: say.voltages, [ask.energy]: say.energy })
  const meterReader = reader([va, vb, vc, energy])
  const [phases, total, ...more] = meterReader.plansFor([va, vb, vc, energy])
  t.same(more, [])
  if (!phases || !total) return
  const first = await read(meterReader, phases)
  t.match(first, { values: { va: 230.1, vb: 231.2 }, quality: { vc: 'stale' }, answered: true, at: Number })
  t.same((await read(meterReader, total)).values, { energy: 124.5 }, 'scale and offset, rounded: 123456.78 kWh')
  t.same(asked.length, 2)
  t.same(
    meterReader.plansFor([va]).map(({ identifier }) => identifier),
    ['02010100'],
    'one alone is no block',
  )
})

t.test('a block the meter refuses is asked for in parts from then on', async (t) => {
  const { reader, read } = build({
    ...{ [ask.voltages]: say.refusal, [ask.voltageA]: say.voltageA, [ask.voltageB]: say.voltageB },
  })
  const meterReader = reader([va, vb])
  const [block] = meterReader.plansFor([va, vb])
  if (!block) return t.fail('no plan')
  t.match(await read(meterReader, block), { again: true, answered: true, quality: { va: 'device_exception' } })
  const parts = meterReader.plansFor([va, vb])
  t.same(
    parts.map(({ identifier }) => identifier),
    ['02010100', '02010200'],
  )
  const values = []
  for (const part of parts) values.push((await read(meterReader, part)).values)
  t.same(values, [{ va: 230.1 }, { vb: 231.2 }])
})

t.test('a block the meter never answers, though it answers others, is asked for in parts', async (t) => {
  const { reader, read } = build({ [ask.energy]: say.energy })
  const meterReader = reader([va, vb, energy])
  const [block, total] = meterReader.plansFor([va, vb, energy])
  if (!block || !total) return
  t.match(await read(meterReader, block, 4000), { answered: false, quality: { va: 'comm_fail' } })
  t.equal(meterReader.plansFor([va, vb]).length, 1, 'it may be dead altogether')
  await read(meterReader, total, 4000)
  await read(meterReader, block, 4000)
  t.match(await read(meterReader, block, 4000), { again: true })
  t.equal(meterReader.plansFor([va, vb]).length, 2)
})

t.test('Modbus and both kinds of meters share a line, and a late reply of one is nothing to the others', async (t) => {
  const waterAsk = '68 10 44 33 22 11 00 33 78 01 03 1F 90 02 82 16'
  const waterSay =
    '68 10 44 33 22 11 00 33 78 81 16 1F 90 02 45 23 01 00 2C 00 00 01 00 2C 31 01 22 11 05 15 20 84 21 1B 16'
  const { line, read, reader, clock, wire } = build({ [waterAsk]: waterSay })
  const meterReader = reader([va])
  const register: ModbusPoint = { ...va, id: 'level', read: { function: 'holding', address: 3, type: 'u16' } }
  const modbus = new ModbusReader({ line: modbusSide(line), unit: 5, points: [register], clock })
  const profile = profileOf('cjt188', [point('total', '901F.total'), point('battery', '901F.batteryLow')])
  const waterReader = new MeterReader({ line: meterSide(line), meter: water, profile })

  const [plan] = meterReader.plansFor([va])
  if (!plan) return
  t.match(await read(meterReader, plan, 2000), { failure: { kind: 'timeout' } })
  const [waterPlan, ...others] = waterReader.plansFor(profile.points)
  t.same(others, [], 'one answer brings all')
  if (!waterPlan) return
  t.match(await read(waterReader, waterPlan), { values: { total: 123.5, battery: 1 } })
  const [modbusPlan] = modbus.plansFor([register])
  if (!modbusPlan) return
  const reading = modbus.read(modbusPlan)
  wire.far?.write(Buffer.from(say.voltageA.replaceAll(' ', ''), 'hex'))
  await pass(clock, 500)
  t.match(await reading, { values: { level: 1003 }, answered: true })
  t.equal(line.health.late, 1, 'the meter was late, which is known')
})
