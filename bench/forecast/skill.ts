// How good the forecasts are, on hours no model has seen: simulated series of the pilot and public ones. Writes docs/forecast-skill.md.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyHours, horizonHours } from '@civitals/indicators/forecast'
import { bench, median, printFigures } from '../run.ts'
import { pilotSeries, seattleSeries } from './parts/cases.ts'
import { figuresOf } from './parts/figures.ts'
import { skillPage } from './parts/page.ts'
import { type Trial, tryAt } from './parts/trial.ts'

const seed = 5
const simulatedOrigins = 6
const publicOrigins = 60
/** Not a multiple of a day: origins fall on all hours. */
const originStep = 37

await bench(async () => {
  const from = Date.UTC(2026, 3, 1)
  const hours = historyHours + horizonHours + originStep * simulatedOrigins
  const trials: Trial[] = []
  const series = [...(await pilotSeries(seed, from, hours)), ...seattleSeries()]
  for (const one of series) {
    const origins = one.group === 'simulated' ? simulatedOrigins : publicOrigins
    const step = one.group === 'simulated' ? originStep : 131
    for (let k = 0; k < origins; k++) {
      const trial = tryAt(one, historyHours + k * step)
      if (trial) trials.push(trial)
    }
  }
  const figures = figuresOf(trials)
  printFigures('Forecasts: skill on hours no model has seen', [
    { what: 'cases (series x origins)', measured: trials.length, unit: '', atLeast: 200 },
    { what: 'hours inside the 90 % interval, at least', measured: 100 * figures.wide, unit: '%', atLeast: 85 },
    { what: 'hours inside the 90 % interval, at most', measured: 100 * figures.wide, unit: '%', atMost: 95 },
    { what: 'hours inside the 50 % interval', measured: 100 * figures.narrow, unit: '%' },
    ...figures.models.map(({ model, mase, naiveMase }) => ({
      what: `error of ${model} beside the seasonal naive's, where it was chosen`,
      measured: mase / naiveMase,
      unit: '',
      atMost: 1,
    })),
    {
      what: 'saved on the median series',
      measured: 100 * (1 - median(figures.series.map(({ ratio }) => ratio))),
      unit: '%',
      atLeast: 10,
    },
  ])
  writeFileSync(join(import.meta.dirname, '../../docs/forecast-skill.md'), skillPage(figures, trials.length))
})
