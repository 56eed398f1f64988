// docs/forecast-skill.md from the figures of one run.
import { median } from '../../run.ts'
import type { Figures } from './figures.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

export function skillPage({ wide, narrow, groups, models, series }: Figures, cases: number): string {
  const worse = series.filter(({ ratio }) => ratio > 1)
  const saved = 1 - median(series.map(({ ratio }) => ratio))
  const losing = models.filter(({ mase, naiveMase }) => mase > naiveMase)
  return `# How good the forecasts are

This page is written by \`npm run bench -- forecast skill\`; edit \`bench/forecast/parts/page.ts\` instead.

Every hour the hourly means behind the indicators are forecast 24 hours ahead. Of a ladder of models (persistence, seasonal naive of a day and of a week,
exponential smoothing, Holt-Winters, MSTL with exponential smoothing for one and for two seasons, the median of several) the one with the smallest error
on 25 rolling origins of that very series is taken; the seasonal naive stays unless another saves at least 3 % of its error. Intervals are quantiles
of the errors made at those origins (split conformal).

Here each series is forecast from several origins with the five weeks before it, and compared with the 24 hours that came, which neither the choice
of the model nor the intervals have seen: ${cases} cases, ${series.length} series that move. Simulated: the pilot's series that indicators read, seed 5, without storms. Public: a year of
hourly normals of Seattle (pressure, temperature, wind; US government, from vega-datasets), smoother than any sensor.

## Intervals

${table(
  ['series', 'cases', 'inside 90 %', 'inside 50 %'],
  [
    ...groups.map((one) => [one.group, one.cases, percent(one.wide), percent(one.narrow)]),
    ['all', cases, percent(wide), percent(narrow)],
  ],
)}

Target: a nominal 90 % interval holds 85 to 95 %, over at least 200 cases: ${wide >= 0.85 && wide <= 0.95 && cases >= 200 ? 'met' : 'missed'}.

## Models

MASE: mean absolute error over that of repeating last week within the five weeks known. Beside it the same of the seasonal naive (one week) on the same hours.

${table(
  ['chosen', 'cases', 'MASE', 'naive', 'of the naive'],
  models.map(({ model, cases: n, mase, naiveMase }) => [
    model,
    n,
    mase.toFixed(3),
    naiveMase.toFixed(3),
    (mase / naiveMase).toFixed(3),
  ]),
)}

Target: no chosen model worse than the seasonal naive: ${losing.length === 0 ? 'met' : `missed by ${losing.map(({ model }) => model).join(', ')}`}.
Target: at least 10 % better on the median series: ${percent(saved)}, ${saved >= 0.1 ? 'met' : 'missed'}.

## Where it misses

On ${worse.length} of ${series.length} series the forecasts came out worse than last week repeated, over their few origins:

${
  worse.length === 0
    ? 'none.'
    : table(
        ['series', 'error over the naive', 'models chosen'],
        worse.map(({ name, ratio, models: chosen }) => [
          name,
          ratio > 1e6 ? 'the naive made none' : ratio.toFixed(2),
          chosen.join(', '),
        ]),
      )
}

## Best and middle

${table(
  ['series', 'error over the naive', 'models chosen'],
  [...series.slice(0, 5), ...series.slice(Math.floor(series.length / 2) - 2, Math.floor(series.length / 2) + 3)].map(
    ({ name, ratio, models: chosen }) => [name, ratio.toFixed(2), chosen.join(', ')],
  ),
)}
`
}
