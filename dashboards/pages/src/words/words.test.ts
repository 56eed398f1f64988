import { alarmStates } from '@civitals/contracts/alarm'
import { bodySystems } from '@civitals/contracts/body'
import { caseStages } from '@civitals/contracts/case'
import { grades } from '@civitals/contracts/grade'
import { qualityNames } from '@civitals/contracts/quality'
import t from 'tap'
import { en } from './en.ts'
import { ageOf, bandText, clockText, formatValue, primaryText, stretch, withUnit } from './format.ts'
import { zh } from './zh.ts'

t.test('both languages have a word for every word of the contracts', async (t) => {
  for (const words of [zh, en]) {
    t.same(Object.keys(words.systems).sort(), Object.keys(bodySystems).sort())
    t.same(Object.keys(words.grades).sort(), Object.keys(grades).sort())
    t.same(Object.keys(words.stages), Object.keys(caseStages))
    t.same(Object.keys(words.alarmStates), Object.keys(alarmStates))
    for (const quality of qualityNames) t.ok(words.quality[quality], quality)
  }
  t.same(Object.keys(en), Object.keys(zh))
})

/** Every text of a dictionary, functions called with something. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function')
    return textsOf(
      value(...(value.length === 2 && /unit|of/.test(String(value)) ? [3, 's'] : ['2', '1', 'y', 'D', '2', '3'])),
    )
  return Object.values(value as object).flatMap(textsOf)
}

t.test('English has no Chinese in it', async (t) => {
  const { name, ...rest } = en
  t.equal(name, 'English')
  for (const text of textsOf(rest)) t.notMatch(text, /[\u3000-\u9fff\uff00-\uffef]/, text)
})

t.test('Chinese has no English echo', async (t) => {
  const { locale, ...rest } = zh
  t.equal(locale, 'zh-CN')
  for (const text of textsOf(rest)) t.notMatch(text.replaceAll(/Civitals|UTC|WebGL/g, ''), /[A-Za-z]{4,}/, text)
})

t.test('values: true minus, digits of the sensor, no exponent', async (t) => {
  t.equal(formatValue(-0.4), '−0.4')
  t.equal(formatValue(18, 0.1), '18.0')
  t.equal(formatValue(0.287, 0.001), '0.287')
  t.equal(formatValue(-0.00001, 0.1), '0.0')
  t.equal(formatValue(1234.5), '1235')
  t.equal(formatValue(22.66666), '22.7')
  t.equal(withUnit(31, 'ug/m3'), '31 µg/m³')
  t.equal(withUnit(114, 'none'), '114')
})

t.test('bands, ages, stretches', async (t) => {
  t.same(
    [bandText([null, 100]), bandText([97, null]), bandText([24, 32]), bandText([null, null])],
    ['≤ 100', '≥ 97', '24–32', ''],
  )
  t.same(
    [ageOf(-5), ageOf(99_999), ageOf(120_000), ageOf(7_200_000), ageOf(200_000_000)],
    [
      [0, 's'],
      [99, 's'],
      [2, 'min'],
      [2, 'h'],
      [2, 'd'],
    ],
  )
  t.same([stretch(6_660_000), stretch(-1_080_000)], ['1:51', '0:18'])
})

t.test('times are those of the city, not of the desk', async (t) => {
  t.equal(clockText(Date.UTC(2026, 5, 12, 9, 42), 'Asia/Shanghai'), '17:42')
})

t.test('primary pollutants are printed as people write them', async (t) => {
  t.equal(primaryText({ primary: ['pm25', 'o3'] }), 'PM2.5 O₃')
  t.equal(primaryText({ primary: [] }), '')
  t.equal(primaryText(undefined), '')
})
