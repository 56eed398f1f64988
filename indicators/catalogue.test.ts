import t from 'tap'
import { catalogueOf, effectiveOn, filesOf } from './catalogue.ts'
import { shippedCatalogue, shippedFiles } from './io/shipped.ts'
import { checkDefinitions } from './lint.ts'
import limits from './standards/gb-3095.json' with { type: 'json' }

const catalogue = await shippedCatalogue()
const onDay = (day: string, id: string) =>
  effectiveOn(catalogue, day)
    .flatMap(({ inForce }) => inForce)
    .find((one) => one.id === id)

t.test('a day is judged by the edition of the standard in force on it', async (t) => {
  t.match(onDay('2026-02-28', 'RESP-02'), {
    version: 1,
    anchors: [0, 35, 75, 115, 150, 250],
    standards: ['HJ 633-2012'],
  })
  t.match(onDay('2026-03-01', 'RESP-02'), { version: 2, anchors: [0, 35, 60, 115, 150, 250] })
  t.match(onDay('2026-02-28', 'RESP-05'), { anchors: [0, 50, 150, 250, 350, 420] })
  t.match(onDay('2026-03-01', 'RESP-05'), { anchors: [0, 50, 120, 250, 350, 420] })
  t.match(onDay('2020-01-01', 'RENL-01'), { version: 1 }, 'before the first version that one counts')
})

t.test('the tightening of 2031 is in already, and follows the transition without a gap', async (t) => {
  const [transition, full] = limits.editions
  t.equal(Date.parse(full!.validFrom) - Date.parse(transition!.validTo!), 86_400_000)
  t.match([transition!.day.pm25, full!.day.pm25, transition!.year.no2, full!.year.no2], [60, 50, 40, 30])
})

t.test(
  'draft is not computed, trial stands beside, retired counts until its last day, a decision yields to a definition',
  async (t) => {
    const [file] = filesOf(catalogue).filter(({ system }) => system === 'RENL')
    const [first] = file!.indicators
    const files = [
      {
        ...file!,
        indicators: [
          { ...first!, state: 'retired' as const, validTo: '2026-06-30' },
          { ...first!, version: 2, validFrom: '2026-07-01', weight: 0.2 },
          { ...first!, id: 'RENL-05', validFrom: '2026-07-01' },
          { ...first!, id: 'RENL-10', state: 'trial' as const },
          { ...first!, id: 'RENL-11', state: 'draft' as const },
        ],
      },
    ]
    const on = (day: string) => effectiveOn(catalogueOf(files), day)[0]!
    t.strictSame(
      on('2026-06-30').inForce.map(({ id, version }) => [id, version]),
      [
        ['RENL-01', 1],
        ['RENL-05', 1],
      ],
      'the first version of RENL-05 judges the days before it',
    )
    t.equal(on('2026-07-01').inForce[0]?.version, 2)
    t.strictSame(
      on('2026-07-01').trial.map(({ id }) => id),
      ['RENL-10'],
    )
    t.strictSame(
      on('2026-07-01').outOfScope.map(({ id }) => id),
      ['RENL-08', 'RENL-09'],
    )
  },
)

t.test('what is exported reads back the same', async (t) => {
  for (const { name, text } of await shippedFiles()) {
    const checked = checkDefinitions(text, name)
    t.ok(checked.ok)
    if (checked.ok) t.strictSame(filesOf(catalogueOf([checked.value])), [checked.value])
  }
})
