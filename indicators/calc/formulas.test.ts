// Vectors: US EPA technical document 2024 and its NowCast example; python-acoustics; GB/T 33171-2016; meteocalc's table; BoM; Wikipedia and Saaty
// (AHP); Xu 2004 and Ersoy 2021 (entropy); the rest computed by hand from the definition.
import t, { type Test } from 'tap'
import { shippedDefinitions } from '../io/shipped.ts'
import { calcFormulas } from './formulas.ts'

const formulas = calcFormulas(await shippedDefinitions())

function calc(name: string, input: unknown): Record<string, unknown> {
  const outcome = formulas.find((formula) => formula.name === name)!.compute(input)
  if (!outcome.ok) throw new Error(`${name}: ${outcome.at} ${outcome.reason}`)
  return outcome.result as Record<string, unknown>
}

function refusal(name: string, input: unknown): string | undefined {
  const outcome = formulas.find((formula) => formula.name === name)!.compute(input)
  return outcome.ok ? undefined : `${outcome.at} ${outcome.reason}`
}

function near(t: Test, found: unknown, expected: number, within = 5e-7): void {
  t.ok(typeof found === 'number' && Math.abs(found - expected) <= within, `${found} is ${expected}`)
}

const numbers = (found: unknown, digits: number): string[] => (found as number[]).map((value) => value.toFixed(digits))

t.test('every formula computes its own example and says where it comes from', async (t) => {
  for (const { name, example, source, what, compute } of formulas) {
    t.ok(compute(example).ok, name)
    t.ok(source.length > 5 && what.zh && what.en, `${name}: ${source}`)
  }
  t.equal(new Set(formulas.map(({ name }) => name)).size, formulas.length)
})

t.test('the US index by the published vectors, exact at halves', async (t) => {
  const us = (kind: string, values: object) => calc('aqi', { standard: 'US EPA 2024', kind, values })
  const daily = [
    ['pm25', 35.9, 102],
    ['pm25', 9.0, 50],
    ['pm25', 12.0, 56],
    ['pm25', 35.4, 100],
    ['pm25', 100, 182],
    ['pm25', 250, 350],
    ['pm25', 325.4, 500],
    ['pm25', 400, 649],
    ['co', 8.4, 90],
    ['o3', 0.078, 126],
    ['o3', 0.07, 100],
    ['o3', 0.25, 300],
    ['so2', 400, 200],
  ] as const
  for (const [item, value, index] of daily) t.equal(us('daily', { [item]: value }).aqi, index, `${item} ${value}`)
  t.equal(us('hourly', { o3: 0.162 }).aqi, 147, 'the text prints 148, its own equation gives 147.49')
  t.equal(us('hourly', { o3: 0.1 }).aqi, null, 'an hour of ozone has no index below 0.125 ppm')
  t.strictSame(us('daily', { pm25: 35.9, co: 8.4, no2: null }), {
    ...{ aqi: 102, primary: ['pm25'], level: 3 },
    iaqi: { pm25: 102, co: 90 },
  })
  t.strictSame(us('daily', {}), { aqi: null, primary: [], level: null, iaqi: {} })
})

t.test('NowCast weighs the newest hours, and needs two of the newest three', async (t) => {
  const tens = (first: (number | null)[], rest: number, fill: number) => [...first, ...Array(rest).fill(fill)]
  near(t, calc('nowcast', { values: [13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50] }).value, 17.413919)
  near(t, calc('nowcast', { values: tens([], 12, 10) }).value, 10)
  near(t, calc('nowcast', { values: [30, 28, 26, 24, 25, 27, 29, 31, 32, 30, 28, 26] }).value, 27.753584)
  near(t, calc('nowcast', { values: tens([null, 16, 10], 9, 20) }).value, 15.497802)
  t.equal(calc('nowcast', { values: tens([null, null, 10], 9, 20) }).value, null)
  t.equal(calc('nowcast', { values: tens([], 12, 0) }).value, 0)
  near(t, calc('nowcast', { values: tens([], 12, 10).concat([999]) }).value, 10)
})

t.test('levels of sound', async (t) => {
  const levels = [80, 80.3, 80.6, 80.4, 79.7, 76.9]
  near(t, calc('leq', { levels }).value, 79.806989)
  near(t, calc('sel', { levels }).value, 87.588502)
  near(t, calc('lden', { day: 80, evening: 65, night: 45 }).value, 77.140956)
  near(t, calc('ldn', { day: 60, night: 60 }).value, 60 + 10 * Math.log10((15 + 9 * 10) / 24))
  const loud = [55, 56, 57, 58, 59, 60, 61, 62, 63, 80]
  near(t, calc('l10', { levels: loud }).value, 64.7)
  near(t, calc('l50', { levels: loud }).value, 59.5)
  near(t, calc('l90', { levels: loud }).value, 55.9)
})

t.test('traffic: the national scale, and ratios of travel time', async (t) => {
  t.match(calc('tpi', { speedRatio: 0.4 }), { value: 6, scale: 'GB/T 33171-2016' })
  near(t, calc('tpi', { speedRatio: 0.5 }).value, 4, 1e-9)
  near(t, calc('tti', { travelTime: 26, freeFlowTime: 20 }).value, 1.3)
  near(t, calc('pti', { travelTimes: [20, 22, 24, 40], freeFlowTime: 20 }).value, (24 + 0.85 * 16) / 20)
})

t.test('heat as it is felt', async (t) => {
  near(t, calc('humidex', { temperatureC: 30, dewPointC: 15 }).value, 33.97, 0.005)
  near(t, calc('humidex', { temperatureC: 30, dewPointC: 25 }).value, 42.34, 0.005)
  near(t, calc('wbgt', { temperatureC: 30, relativeHumidity: 50 }).value, 29.26, 0.005)
  near(t, calc('wbgt', { temperatureC: 35, relativeHumidity: 60 }).value, 36.99, 0.005)
  near(t, calc('apparent-temperature', { temperatureC: 30, relativeHumidity: 70, windMs: 1 }).value, 35.07, 0.005)
  near(t, calc('heat-index', { temperatureC: (100 - 32) / 1.8, relativeHumidity: 65 }).value, (136 - 32) / 1.8, 0.3)
})

t.test('water: class by the worst item, sums against class III, objectives', async (t) => {
  t.match(calc('water-class', { do: 5.2, nh3n: 1.2, codmn: 5, tp: 0.15 }), { value: 4, worst: ['nh3n'] })
  t.equal(calc('water-class', { do: 7.5, codmn: 2, cod: 15, bod5: 3, nh3n: 0.15, tp: 0.02 }).value, 1)
  t.equal(calc('water-class', { do: 1.9 }).value, 6, 'too little oxygen')
  t.equal(calc('water-class', { ph: 9.1, do: 8 }).value, 6)
  t.equal(calc('cwqi', { do: 5, codmn: 6, nh3n: 1, tp: 0.2 }).value, 4, 'each at its class III limit counts one')
  t.equal(calc('cwqi', { do: 10 }).value, 0.5)
  t.strictSame(calc('ccme-wqi', { tests: [{ max: 1, values: [0.5, 1] }] }), {
    ...{ value: 100, scope: 0, frequency: 0, amplitude: 0 },
  })
  // One of two variables, one of four results, twice its objective: F1 50, F2 25, nse 0.25, F3 20.
  const half = calc('ccme-wqi', {
    tests: [
      { max: 1, values: [2, 1] },
      { min: 5, values: [6, 7] },
    ],
  })
  t.match(half, { scope: 50, frequency: 25, amplitude: 20 })
  near(t, half.value, 100 - Math.sqrt(50 ** 2 + 25 ** 2 + 20 ** 2) / 1.732)
  t.match(calc('ccme-wqi', { tests: [{ min: 5, values: [0] }] }), { amplitude: 100 }, 'no oxygen at all')
})

t.test('rain signals at their bounds', async (t) => {
  const signal = (h3: number, h6: number, h12: number) => calc('rain-signal', { h3, h6, h12 })
  t.strictSame(signal(100, 100, 100), { value: 4, signal: 'red' })
  t.strictSame(signal(99.9, 99.9, 99.9), { value: 3, signal: 'orange' })
  t.strictSame(signal(49, 50, 50), { value: 2, signal: 'yellow' })
  t.strictSame(signal(0, 49, 50), { value: 1, signal: 'blue' })
  t.strictSame(signal(0, 0, 49.9), { value: 0, signal: null })
})

t.test('levels of gas, residual current and tilt', async (t) => {
  t.same(
    [24.9, 25, 50].map((percentLel) => calc('gas-level', { percentLel }).value),
    [0, 1, 2],
  )
  t.same(
    [299, 300, 500].map((milliampere) => calc('residual-current-level', { milliampere }).value),
    [0, 1, 2],
  )
  t.same(
    [3.9, 4, 10].map((permille) => calc('tilt-level', { permille }).value),
    [0, 1, 2],
  )
})

t.test('weights from pairwise comparisons, and their contradiction', async (t) => {
  const cars = calc('ahp', {
    matrix: [
      [1, 3, 7, 3],
      [1 / 3, 1, 9, 1],
      [1 / 7, 1 / 9, 1, 1 / 7],
      [1 / 3, 1, 7, 1],
    ],
  })
  t.same(numbers(cars.weights, 3), ['0.510', '0.234', '0.041', '0.215'])
  near(t, cars.lambdaMax, 4.199235, 1e-6)
  near(t, cars.cr, 0.0738, 5e-5)
  const three = calc('ahp', {
    matrix: [
      [1, 1 / 3, 5],
      [3, 1, 7],
      [1 / 5, 1 / 7, 1],
    ],
  })
  t.same(numbers(three.weights, 5), ['0.27895', '0.64912', '0.07193'])
  near(t, three.lambdaMax, 3.064888, 1e-6)
  const circle = calc('ahp', {
    matrix: [
      [1, 9, 1 / 9],
      [1 / 9, 1, 9],
      [9, 1 / 9, 1],
    ],
  })
  t.match(circle, { consistent: false })
  near(t, circle.lambdaMax, 10.1111, 1e-4)
  t.strictSame(
    calc('ahp', {
      matrix: [
        [1, 2],
        [0.5, 1],
      ],
    }).cr,
    0,
  )
})

t.test('weights by entropy', async (t) => {
  const xu = [
    [30, 30, 38, 29],
    [19, 54, 86, 29],
    [19, 15, 85, 28.9],
    [68, 70, 60, 29],
  ]
  t.same(numbers(calc('entropy-weights', { matrix: xu }).weights, 4), ['0.4630', '0.3992', '0.1378', '0.0000'])
  const ersoy = [
    [256, 8, 41, 1.6, 1.77, 7347.16],
    [256, 8, 32, 1, 1.8, 6919.99],
    [256, 8, 53, 1.6, 1.9, 8400],
    [256, 8, 41, 1, 1.75, 6808.9],
    [512, 8, 35, 1.6, 1.7, 8479.99],
    [256, 4, 35, 1.6, 1.7, 7499.99],
  ]
  const published = ['0.405', '0.221', '0.134', '0.199', '0.007', '0.034']
  t.same(numbers(calc('entropy-weights', { matrix: ersoy }).weights, 3), published)
})

t.test('weights by CRITIC: what costs is turned round; a column that never varies weighs nothing', async (t) => {
  const matrix = [
    [1, 3, 7],
    [2, 2, 7],
    [3, 1, 7],
  ]
  // As benefits the first two contradict each other wholly; one of them a cost, they say the same.
  t.same(numbers(calc('critic-weights', { matrix }).weights, 6), ['0.500000', '0.500000', '0.000000'])
  t.same(numbers(calc('critic-weights', { matrix, cost: [true, false, false] }).weights, 6), [
    '0.500000',
    '0.500000',
    '0.000000',
  ])
  const four = [
    [0, 0, 1],
    [1, 1, 0],
    [2, 3, 1],
    [3, 2, 0],
  ]
  // sd .4303 .4303 .5774; r12 .8, r13 -.4472, r23 0: information .7088, .5164, 1.4130.
  t.same(numbers(calc('critic-weights', { matrix: four }).weights, 3), ['0.269', '0.196', '0.536'])
})

t.test('score and grade by the anchors in force', async (t) => {
  near(t, calc('score', { indicator: 'RENL-01', value: 20 }).score, 61.666667)
  t.match(calc('score', { indicator: 'RENL-01', value: 20 }), { grade: 'C' })
  t.strictSame(calc('score', { indicator: 'RENL-01', value: null }), { score: null, grade: 'N' })
  t.match(calc('score', { indicator: 'IMMU-07', value: 5 }), { score: 50 }, 'defined, though not commissioned')
  t.match(refusal('score', { indicator: 'XXXX-99', value: 1 }), /no indicator XXXX-99; known: .*RENL-01/)
})

t.test('what is no input is refused with its place', async (t) => {
  for (const [name, input, expected] of [
    ['leq', { levels: [] }, /\/levels/],
    ['leq', { levels: ['80'] }, /\/levels\/0/],
    ['tpi', { speedRatio: -1 }, /\/speedRatio/],
    ['heat-index', { temperatureC: 30, relativeHumidity: 101 }, /\/relativeHumidity/],
    ['water-class', {}, /names no item/],
    ['water-class', { mercury: 1 }, /additional|mercury/i],
    ['ccme-wqi', { tests: [{ values: [1] }] }, /neither min nor max/],
    [
      'ahp',
      {
        matrix: [
          [1, 2],
          [2, 1],
        ],
      },
      /not reciprocal/,
    ],
    [
      'ahp',
      {
        matrix: [
          [1, 2, 3],
          [0.5, 1],
        ],
      },
      /row 0 has 3/,
    ],
    [
      'ahp',
      {
        matrix: [
          [1, -2],
          [-0.5, 1],
        ],
      },
      /not positive/,
    ],
    ['ahp', { matrix: Array.from({ length: 10 }, () => Array(10).fill(1)) }, /known up to 9/],
    ['entropy-weights', { matrix: [[1, 2], [3]] }, /row 1 has 1/],
    [
      'entropy-weights',
      {
        matrix: [
          [1, -2],
          [3, 4],
        ],
      },
      /at least 0/,
    ],
    [
      'critic-weights',
      {
        matrix: [
          [1, 2],
          [3, 4],
        ],
        cost: [true],
      },
      /1 entries for 2/,
    ],
    ['aqi', { standard: 'US EPA 2024', kind: 'daily', values: { pm25: Number.NaN } }, /./],
    ['pti', { travelTimes: [20], freeFlowTime: 0 }, /\/freeFlowTime/],
  ] as const) {
    t.match(refusal(name, input), expected, `${name} ${JSON.stringify(input)}`)
  }
})
