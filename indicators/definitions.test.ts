import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProfilePoint } from '@civitals/firmware-bridge/profile'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { catalogueOf } from './catalogue.ts'
import { shippedCatalogue, shippedDefinitions } from './io/shipped.ts'
import { checkDefinitions, lintCatalogue } from './lint.ts'

const read = (name: string) => readFile(join(import.meta.dirname, 'definitions', name), 'utf8')
const messages = (text: string): string[] => {
  const checked = checkDefinitions(text, 'X.yaml')
  return checked.ok ? [] : checked.problems.map(({ line, message }) => `${line}: ${message}`)
}

t.test(
  'the catalogue is complete: 48 indicators, in every system one in force, all vital signs of the pilot',
  async (t) => {
    const documents = await shippedDefinitions()
    const inForce = documents.flatMap((document) => document.inForce)
    t.equal(inForce.length + documents.flatMap((document) => document.outOfScope).length, 48)
    t.equal(documents.length, 9)
    t.strictSame(
      inForce
        .filter(({ vital }) => vital)
        .map(({ id }) => id)
        .sort(),
      ['IMMU-01', 'IMMU-02', 'IMMU-05', 'IMMU-06', 'RENL-01', 'RENL-04'],
    )
    t.match(
      documents.flatMap((document) => document.outOfScope).find(({ id }) => id === 'IMMU-07'),
      { decided: /^2026/ },
    )
  },
)

t.test('a definition that cannot be right does not load, and says where', async (t) => {
  const good = await read('DIGE.yaml')
  t.strictSame(messages(good), [])
  t.match(messages(good.replace('[0, 5, 10, 20, 30, 50]', '[0, 5, 4, 20, 30, 50]')), [
    '15: anchors must strictly rise or strictly fall',
  ])
  t.match(messages(good.replace('weight: 0.50', 'weight: 0.60')), [/weights sum to 1.1/])
  t.match(messages(good.replace('formula: overflow-share', 'formula: overflow')), [/unknown formula overflow/])
  t.match(messages(good.replace('unit: percent', 'unit: prozent')), [/unknown unit prozent/])
  t.match(messages(good.replace('holdForMinutes: 360', 'holdMinutes: 360')), [
    /missing/,
    /unknown key; did you mean holdForMinutes/,
  ])
  t.match(messages(good.replace('DIGE-03', 'DIGE-01')), [/weights sum to/, /lists version 1 twice/, /must apply later/])
})

t.test('a source is one text or one for each language, and a convention in both', async (t) => {
  const good = await read('DIGE.yaml')
  const source = /source:\n +zh: "平台约定（90 % 起为满）"\n +en: .*/
  t.match(good, source)
  const resting = (on: string): string[] => messages(good.replace(source, `source: ${on}`))
  t.strictSame(resting('platform convention'), [])
  t.strictSame(resting('平台约定'), [])
  t.match(resting('{ zh: 惯例, en: platform convention }'), [/^16: one language says "platform convention"/])
  t.match(resting('{ zh: 惯例, en: practice }'), [/names no standard/])
  t.match(resting('{ en: platform convention }'), [/must be string/, /key zh is missing/, /anyOf/])
})

t.test('a system that is missing or listed twice is a problem of the catalogue', async (t) => {
  const catalogue = await shippedCatalogue()
  t.strictSame(lintCatalogue(catalogue), [])
  const systems = catalogue.systems.filter(({ system }) => system !== 'RESP')
  const lacking = lintCatalogue({ ...catalogue, systems })
  t.match(lacking[0], { message: 'system RESP is not defined' })
  t.match(lacking[1], { message: /^weights of the systems sum to 0.86 on/ })
  t.strictSame(lintCatalogue(catalogueOf([])).length, 9)
})

t.test('every input is a point that a shipped profile measures', async (t) => {
  const profiles = [...(await shippedProfiles()).values()]
  for (const { id, inputs = [] } of (await shippedDefinitions()).flatMap((document) => document.inForce)) {
    for (const { kind, points } of inputs) {
      const measured = new Set(
        profiles
          .filter((profile) => profile.kind === kind)
          .flatMap((profile) => profile.points.map((point) => point.id)),
      )
      for (const point of points) t.ok(measured.has(point), `${id}: ${kind}/${point}`)
    }
  }
})

t.test('a single point that is taken as it is has the unit of its indicator', async (t) => {
  const profiles = [...(await shippedProfiles()).values()]
  const asItIs = new Set([
    'window-mean',
    'window-max',
    'window-min',
    'latest-max',
    'latest-min',
    'persisted-max',
    'hours-mean',
    'median-magnitude',
  ])
  for (const { id, unit, formula, inputs = [] } of (await shippedDefinitions()).flatMap(
    (document) => document.inForce,
  )) {
    if (!asItIs.has(formula)) continue
    for (const { kind, points } of inputs) {
      const point = profiles
        .filter((profile) => profile.kind === kind)
        .flatMap<ProfilePoint>((profile) => profile.points)
        .find((one) => one.id === points[0])
      t.equal(point?.unit, unit, id)
    }
  }
})
