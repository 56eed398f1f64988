// Vectors: HJ 633-2026 and HJ 633-2012 breakpoint tables and the hourly sets of the public aqi-hub test-suite.
import fc from 'fast-check'
import t from 'tap'
import { type AqiInput, aqiStandardOf, calcAqi, type Pollutant, roundHalfEven } from './aqi.ts'

type Vector = [AqiInput['kind'], Pollutant, number, number | null, number | null]

const vectors: Vector[] = [
  ['daily', 'pm25', 35, 50, 50],
  ['daily', 'pm25', 59, 98, 80],
  ['daily', 'pm25', 60, 100, 82],
  ['daily', 'pm25', 75, 114, 100],
  ['daily', 'pm25', 35.5, 52, 52],
  ['daily', 'pm25', 36.5, 52, 52],
  ['daily', 'pm25', 501, 500, 500],
  ['daily', 'pm10', 100, 86, 75],
  ['daily', 'pm10', 150, 112, 100],
  ['daily', 'so2', 60, 55, 55],
  ['hourly', 'so2', 801, 200, null],
  ['daily', 'no2', 50, 63, 63],
  ['daily', 'co', 2.5, 63, 63],
  ['daily', 'o3_8h', 161, 101, 101],
  ['daily', 'o3', 161, 101, 101],
  ['daily', 'o3', 801, 300, null],
]

t.test('individual indices match the published vectors of both editions', async (t) => {
  for (const [kind, pollutant, value, in2026, in2012] of vectors) {
    const key = pollutant === 'o3_8h' ? 'o3' : pollutant
    for (const [standard, expected] of [
      ['HJ 633-2026', in2026],
      ['HJ 633-2012', in2012],
    ] as const) {
      const { iaqi } = calcAqi({ standard, kind, values: { [pollutant]: value } })
      t.equal(iaqi[key], expected, `${standard} ${kind} ${pollutant} ${value}`)
    }
  }
})

t.test('an hourly set gives index, primary pollutant and level', async (t) => {
  const values = { pm25: 75, pm10: 150, so2: 500, no2: 200, co: 10, o3: 200 }
  t.strictSame(calcAqi({ standard: 'HJ 633-2026', kind: 'hourly', values }), {
    aqi: 114,
    primary: ['pm25'],
    level: 3,
    iaqi: { pm25: 114, pm10: 112, so2: 100, no2: 100, co: 100, o3: 100 },
  })
})

t.test('with an item missing the index is published only when what remains exceeds 100', async (t) => {
  const clean = { pm25: 20, pm10: 30, so2: 10, no2: 20, co: 1 }
  const set = (values: AqiInput['values']) => calcAqi({ standard: 'HJ 633-2026', kind: 'hourly', values })
  t.equal(set({ ...clean, o3: 50 }).aqi, 30)
  t.equal(set(clean).aqi, null, 'what remains is clean')
  t.equal(set(clean).iaqi.pm25, 29, 'single values are still published')
  t.equal(set({ ...clean, o3: null }).aqi, null)
  t.equal(set({ ...clean, pm25: 75 }).aqi, 114, 'what remains is already bad')
  t.strictSame(set({}), { aqi: null, primary: [], level: null, iaqi: {} })
})

t.test('clean air reads 1, names no primary pollutant and is level 1', async (t) => {
  const values = { pm25: 0, pm10: 0, so2: 0, no2: 0, co: 0, o3: 0 }
  const result = calcAqi({ standard: 'HJ 633-2026', kind: 'hourly', values })
  t.match(result, { aqi: 1, primary: [], level: 1 })
})

t.test('rounding ties go to the even neighbour', async (t) => {
  t.equal(roundHalfEven(35.5, 1), 36)
  t.equal(roundHalfEven(36.5, 1), 36)
  t.equal(roundHalfEven(2.25, 10), 22)
  t.equal(roundHalfEven(1.15, 10), 12)
})

t.test('the edition follows the calendar', async (t) => {
  t.equal(aqiStandardOf('2026-02-28'), 'HJ 633-2012')
  t.equal(aqiStandardOf('2026-03-01'), 'HJ 633-2026')
})

t.test('indices never fall as concentrations rise, and stay within 0 and 500', async (t) => {
  const pollutant = fc.constantFrom<Pollutant>('pm25', 'pm10', 'so2', 'no2', 'co', 'o3')
  const pair = fc.tuple(fc.double({ min: 0, max: 4000, noNaN: true }), fc.double({ min: 0, max: 4000, noNaN: true }))
  fc.assert(
    fc.property(pollutant, fc.constantFrom('hourly' as const, 'daily' as const), pair, (key, kind, [a, b]) => {
      const index = (value: number) =>
        calcAqi({ standard: 'HJ 633-2026', kind, values: { [key]: value } }).iaqi[key] ?? -1
      const [low, high] = [index(Math.min(a, b)), index(Math.max(a, b))]
      return low >= 0 && low <= high && high <= 500
    }),
  )
  t.pass('held')
})
