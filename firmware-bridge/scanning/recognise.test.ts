// What a unit is, by the profiles its registers fit, and what is shown of one that fits none.
import t from 'tap'
import { shippedProfiles } from '../io/profiles.ts'
import type { ModbusLine, ModbusOutcome, ModbusRequest } from '../modbus/line.ts'
import { recogniseUnit } from './recognise.ts'

/** A unit with holding registers from 0 on and nothing else; counts what it is asked. */
function unitOf(words: readonly number[]) {
  const asked: number[] = []
  const transact = async (request: ModbusRequest): Promise<ModbusOutcome> => {
    if (request.function !== 'holding' || !('count' in request)) return { ok: false, kind: 'exception', code: 1 }
    asked.push(request.count)
    const { address, count } = request
    if (address + count > words.length) return { ok: false, kind: 'exception', code: 2 }
    return { ok: true, registers: words.slice(address, address + count), arrivedAt: 0, wireMs: 0 }
  }
  return { asked, line: { transact } as unknown as ModbusLine }
}

const profiles = [...(await shippedProfiles()).values()]
const recognised = (words: readonly number[]) => recogniseUnit(unitOf(words).line, 1, profiles)

// LAeq 61.5 and LAmax 96.25 as IEEE 754 single: 42760000, 42C08000.
const noise = [0x4276, 0x0000, 0x42c0, 0x8000]

t.test('two floating-point numbers within their ranges are a map that fits', async (t) => {
  const { profiles: fitting, samples } = await recognised(noise)
  t.ok(fitting.includes('noise-meter'), fitting.join(', '))
  t.equal(samples?.[0]?.decodes.length, 4, 'and two numbers prove little: they are shown')
})

t.test('registers that are there and zero are no evidence', async (t) => {
  const found = await recognised(Array.from({ length: 200 }, () => 0))
  t.same(found.profiles, [])
  t.equal(found.samples?.[0]?.decodes.length, 10)
})

t.test('of an unknown unit every register of a short table is shown, with few questions', async (t) => {
  for (let length = 1; length <= 12; length++) {
    const words = Array.from({ length }, (_, place) => 40_000 + place)
    const { line, asked } = unitOf(words)
    const { samples } = await recogniseUnit(line, 1, [])
    t.equal(samples?.[0]?.decodes.length, Math.min(length, 10), `${length} registers`)
    t.ok(asked.length <= 5, asked.join(' '))
  }
  const { samples } = await recogniseUnit(unitOf([]).line, 1, [])
  t.same(samples, [])
})
