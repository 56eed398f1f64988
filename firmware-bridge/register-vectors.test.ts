// Every type in every order against numbers that Python's struct packed (testing/register_vectors.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { decodeReads } from './driver.ts'
import type { ModbusPoint, ReadSpec } from './profile.ts'
import { masked, rawOf, registerCount, registerTypes, textOf, wireOrders } from './registers.ts'

interface Vector {
  readonly expect: string
  readonly read: ReadSpec
  readonly words: readonly number[]
  readonly expected: string
  readonly line: string
}

const vectors: readonly Vector[] = readFileSync(join(import.meta.dirname, 'testing', 'register-vectors.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [expect = '', type, order, words = '', keys = '{}', expected = ''] = line.split('\t')
    const read = { function: 'holding', address: 0, type, ...(order ? { order } : {}), ...JSON.parse(keys) }
    return { expect, read, words: words.split(' ').map((word) => Number.parseInt(word, 16)), expected, line }
  })

const of = (...kinds: readonly string[]): readonly Vector[] => vectors.filter(({ expect }) => kinds.includes(expect))

t.test('the vectors hold every type, and every order of each that has one', async (t) => {
  const seen = new Set(vectors.map(({ read: { type, order } }) => `${type} ${order ?? ''}`.trim()))
  for (const type of registerTypes) {
    const letters = type === 'string' ? 0 : 2 * registerCount({ type })
    const orders = wireOrders.filter((order) => order.length === letters)
    for (const order of orders) t.ok(seen.has(`${type} ${order}`), `${type} ${order}`)
    if (orders.length === 0) t.ok(seen.has(type), type)
  }
})

t.test('raw numbers', async (t) => {
  for (const { read, words, expected, line } of of('raw')) t.ok(Object.is(rawOf(read, words), Number(expected)), line)
})

t.test('the first place of a point need not be the first of the reply', async (t) => {
  for (const { read, words, expected, line } of of('raw'))
    t.ok(Object.is(rawOf(read, [0x1234, 0xffff, ...words, 0x5678], 2), Number(expected)), line)
})

t.test('a reply that ends inside a number has none', async (t) => {
  for (const { read, words, line } of of('raw')) t.equal(rawOf(read, words.slice(0, -1)), undefined, line)
})

t.test('mask and shift', async (t) => {
  for (const { read, words, expected, line } of of('masked'))
    t.equal(masked(rawOf(read, words) ?? 0, read.mask, read.shift), Number(expected), line)
})

t.test('values: enumerations, "no value", scale and offset', async (t) => {
  for (const { read, words, expected, line } of of('value')) {
    const point: ModbusPoint = {
      ...{
        id: 'it',
        name: { zh: '值', en: 'It' },
        unit: 'none',
        class: 'normal',
        resolution: 0.0001,
        range: [-1e9, 1e9],
      },
      read,
    }
    const plan = { function: 'holding', address: 0, count: words.length, points: [point] } as const
    const result = decodeReads(plan, { ok: true, registers: words, arrivedAt: 0, wireMs: 0 }).get('it')
    t.same(result, Number.isNaN(Number(expected)) ? { quality: expected } : { value: Number(expected) }, line)
  }
})

t.test('texts', async (t) => {
  for (const { read, words, expected, line } of of('text')) t.equal(textOf(read, words), expected, line)
  t.equal(textOf({ function: 'holding', address: 0, type: 'string', length: 2 }, [0x4142]), undefined, 'cut off')
})
