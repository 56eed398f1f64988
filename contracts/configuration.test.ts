// What gateways tell of their units: taken as it was told or not at all, whatever its bytes are.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { type Configuration, decodeConfigurations } from './configuration.ts'
import { configurationHash, encodeConfigurations, isToldHash, mostConfigurationsTold } from './encode-configuration.ts'
import { maxWireBytes } from './encode-envelope.ts'
import { convert, isConvertible, units } from './units.ts'

const content = {
  settings: 'ab12',
  sets: { gauge: { depth: ['cm', 1] as [string, number] } },
  terminals: { t1: 'gauge' },
}
const named = (change: Partial<Configuration> = {}): Configuration => {
  const whole = { ...content, ...change }
  return { ...whole, config: configurationHash(whole) }
}

t.test('the hash is that of the canonical JSON, by other means', async (t) => {
  const canonical = '{"sets":{"gauge":{"depth":["cm",1]}},"settings":"ab12","terminals":{"t1":"gauge"}}'
  const sum = createHash('sha256').update(canonical).digest('hex').slice(0, 16)
  t.equal(configurationHash(content), `u1-${sum}`)
  t.ok(isToldHash(named().config))
  t.notOk(isToldHash(sum), 'the hash of an older gateway')
})

t.test('what is told is what is heard', async (t) => {
  const [large, small] = [{ ...named({ settings: 'x'.repeat(64) }) }, named()]
  for (const configurations of [[small], [large, small], Array(16).fill(large)]) {
    const bytes = encodeConfigurations(configurations)
    t.ok(bytes)
    t.same(decodeConfigurations(bytes as Uint8Array), { ok: true, configurations })
  }
})

t.test('only the newest are told when all are too many or too large', async (t) => {
  const many = Array.from({ length: 20 }, (_, n) => named({ settings: `${n}` }))
  const told = decodeConfigurations(encodeConfigurations(many) as Uint8Array)
  t.same(told.ok && told.configurations, many.slice(0, mostConfigurationsTold))
  // Digests do not deflate.
  const noise = (n: number) => createHash('sha256').update(String(n)).digest('base64url')
  const wide = (count: number) =>
    named({ terminals: Object.fromEntries(Array.from({ length: count }, (_, n) => [noise(n), 'gauge'])) })
  const some = encodeConfigurations([wide(4_000), wide(4_001)]) as Uint8Array
  t.ok(some.length <= maxWireBytes)
  t.match(decodeConfigurations(some), { configurations: { length: 1 } })
  t.equal(encodeConfigurations([wide(12_000)]), undefined)
})

t.test('what is none is refused whole, and never thrown', async (t) => {
  const text = (value: unknown) => Buffer.from(JSON.stringify(value))
  const bytes = encodeConfigurations([named()]) as Uint8Array
  const damaged = Uint8Array.from(bytes)
  damaged[30] = (damaged[30] as number) ^ 1
  const bad: Readonly<Record<string, Uint8Array>> = {
    empty: Buffer.from(''),
    'no JSON': Buffer.from('{"config'),
    damaged,
    'too large': new Uint8Array(maxWireBytes + 1),
    none: text({ configurations: [] }),
    'too many': text({ configurations: Array(17).fill(named()) }),
    'a foreign key': text({ configurations: [{ ...named(), extra: 1 }] }),
    'another unit under its hash': text({
      configurations: [{ ...named(), sets: { gauge: { depth: ['m', 1] } } }],
    }),
    'resolution 0': text({ configurations: [named({ sets: { gauge: { depth: ['cm', 0] } } })] }),
    'an impossible terminal': text({ configurations: [named({ terminals: { 'a/b': 'gauge' } })] }),
  }
  for (const [name, payload] of Object.entries(bad)) t.match(decodeConfigurations(payload), { ok: false }, name)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => decodeConfigurations(any).ok === false))
  fc.assert(fc.property(fc.json(), (any) => decodeConfigurations(Buffer.from(any)).ok === false))
})

/** Of the SI brochure, 9th edition, tables 7 and 8, and of the words themselves. */
const known: readonly (readonly [number, string, number, string])[] = [
  [1013.25, 'hPa', 101.325, 'kPa'],
  [0.4, 'MPa', 4, 'bar'],
  [36, 'km/h', 10, 'm/s'],
  [1.27, 'm', 127, 'cm'],
  [1.13, 'm', 113, 'cm'],
  [35, 'ug/m3', 0.035, 'mg/m3'],
  [2.5, 'mg/L', 2500, 'ug/L'],
  [1, 'g/m3', 1, 'mg/L'],
  [12.5, 'percent', 0.125, 'ratio'],
  [35, 'permille', 3.5, 'percent'],
  [400, 'ppb', 0.4, 'ppm'],
  [7200, 'm3/h', 2, 'm3/s'],
  [250, 'L', 0.25, 'm3'],
  [4, 'mA', 0.004, 'A'],
  [90, 'min', 1.5, 'h'],
]
t.test('numbers in other units of a quantity', async (t) => {
  for (const [value, from, as, to] of known) {
    t.equal(convert(value, from, to), as, `${from} to ${to}`)
    t.equal(convert(as, to, from), value, `${to} to ${from}`)
  }
  t.equal(convert(1, 'mm', 'cm'), undefined, 'rain is no length')
  t.equal(convert(1, 'parsec', 'm'), undefined)
  t.equal(convert(1, 'parsec', 'parsec'), 1, 'what is the same needs no table')
  t.notOk(isConvertible('toString', 'none'))
})

t.test('there and back is where it was, to twelve digits', async () => {
  const ids = fc.constantFrom(...Object.keys(units))
  fc.assert(
    fc.property(ids, ids, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (from, to, value) => {
      const there = convert(value, from, to)
      if (there === undefined) return !isConvertible(from, to)
      const back = convert(there, to, from) ?? Number.NaN
      return Math.abs(back - value) <= Math.abs(value) * 1e-11 + Number.MIN_VALUE * 1e6
    }),
  )
})
