// What is written is what Python's struct packs: the vectors of reading, the other way round (testing/register_vectors.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ModbusPoint, ReadSpec } from './profile.ts'
import { encodeWrite, wordsOf } from './writing.ts'

const partsOfRegisters = new Set(['bit', 'u8', 'i8', 'string'])

t.test('registers of every type in every order', async (t) => {
  const rows = readFileSync(join(import.meta.dirname, 'testing', 'register-vectors.tsv'), 'utf8').split('\n')
  let tried = 0
  for (const row of rows) {
    const [expect, type = '', order, hex = '', , expected = ''] = row.split('\t')
    const raw = Number(expected)
    const beyond = type.endsWith('64') && !type.startsWith('f') && !Number.isSafeInteger(raw)
    if (expect !== 'raw' || partsOfRegisters.has(type) || Number.isNaN(raw) || beyond) continue
    const read = { type, ...(order && { order }) } as ReadSpec
    const words = hex.split(' ').map((word) => Number.parseInt(word, 16))
    t.same(wordsOf(read, raw), words, row)
    tried++
  }
  t.ok(tried > 250, `${tried} vectors`)
})

const point = (read: Partial<ReadSpec>, more: Partial<ModbusPoint> = {}): ModbusPoint => ({
  ...{ id: 'it', name: { zh: '它', en: 'it' }, unit: 'celsius', class: 'normal', resolution: 0.1, range: [-100, 100] },
  write: { function: 'holding', range: [-50, 50] },
  read: { function: 'holding', address: 7, type: 'i16', scale: 0.1, ...read },
  ...more,
})

t.test('one register by function 6, two by 16, scale and offset taken off', async (t) => {
  t.match(encodeWrite(3, point({}), -2.5), {
    request: { function: 'write-register', unit: 3, address: 7, value: 0xffe7 },
    raw: -25,
    value: -2.5,
  })
  t.match(encodeWrite(3, point({ type: 'u32', scale: 0.1, offset: -40, order: 'CDAB' }), 21.3), {
    request: { function: 'write-registers', values: [613, 0] },
    value: 21.3,
  })
  t.match(encodeWrite(3, point({ type: 'f32', scale: 1 }), 21.3), { request: { values: [0x41aa, 0x6666] } })
})

t.test('a coil by function 5', async (t) => {
  const coil = point(
    { function: 'coil', type: 'bit', scale: 1 },
    { resolution: 1, write: { function: 'coil', range: [0, 1] } },
  )
  t.match(encodeWrite(1, coil, 1), { request: { function: 'write-coil', address: 7, value: true } })
  t.match(encodeWrite(1, coil, 0), { request: { value: false } })
  t.match(encodeWrite(1, coil, 0.5), { ok: false })
})

t.test('an enumeration is written by its raw number', async (t) => {
  const modes = point({ values: { 10: 0, 20: 1 } }, { resolution: 1 })
  t.match(encodeWrite(1, modes, 1), { raw: 20, request: { value: 20 } })
  t.match(encodeWrite(1, modes, 2), { ok: false, why: 'it: it knows 0, 1, not 2' })
})

t.test('what may not or cannot be written is refused in words', async (t) => {
  const { write: _, ...readOnly } = point({})
  const cases: [ModbusPoint, number, RegExp][] = [
    [readOnly, 1, /does not allow it to be written/],
    [point({}), 50.1, /from -50 to 50, not to 50\.1/],
    [point({}), Number.NaN, /from -50 to 50/],
    [point({}), 1.25, /steps of 0\.1/],
    [point({ type: 'u16' }), -1, /u16 cannot hold -1 \(raw -10\)/],
    [point({ type: 'bcd16', scale: 0.001 }, { resolution: 0.001 }), 12, /bcd16 cannot hold 12/],
    [point({ missing: [0] }), 0, /read as no value/],
    [point({ type: 'f16', scale: 1 }, { resolution: 0.001 }), 49.999, /cannot hold 49\.999/],
  ]
  for (const [one, value, why] of cases) {
    const encoded = encodeWrite(1, one, value)
    t.match(encoded.ok ? `ok ${encoded.raw}` : encoded.why, why)
  }
})
