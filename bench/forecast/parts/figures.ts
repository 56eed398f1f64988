// Trials summed up: by model, by series, in all.
import type { Trial } from './trial.ts'

export interface ModelFigures {
  readonly model: string
  readonly cases: number
  readonly mase: number
  readonly naiveMase: number
}

export interface SeriesFigures {
  readonly name: string
  readonly group: string
  /** Error over that of the seasonal naive, all origins together. */
  readonly ratio: number
  readonly models: readonly string[]
}

export interface Figures {
  readonly wide: number
  readonly narrow: number
  readonly groups: readonly {
    readonly group: string
    readonly cases: number
    readonly wide: number
    readonly narrow: number
  }[]
  readonly models: readonly ModelFigures[]
  readonly series: readonly SeriesFigures[]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const share = (trials: readonly Trial[], of: (trial: Trial) => number): number =>
  sum(trials.map(of)) / (24 * trials.length)

export function figuresOf(trials: readonly Trial[]): Figures {
  const scaled = trials.filter(({ scale }) => scale > 0)
  return {
    wide: share(trials, ({ wide }) => wide),
    narrow: share(trials, ({ narrow }) => narrow),
    groups: [...Map.groupBy(trials, ({ series }) => series.group)].map(([group, some]) => ({
      group,
      cases: some.length,
      wide: share(some, ({ wide }) => wide),
      narrow: share(some, ({ narrow }) => narrow),
    })),
    models: [...Map.groupBy(scaled, ({ model }) => model)]
      .map(([model, some]) => ({
        model,
        cases: some.length,
        mase: sum(some.map(({ error, scale }) => error / scale)) / some.length,
        naiveMase: sum(some.map(({ naiveError, scale }) => naiveError / scale)) / some.length,
      }))
      .sort((a, b) => b.cases - a.cases),
    series: [...Map.groupBy(trials, ({ series }) => series.name)]
      .map(([name, some]) => ({
        name,
        group: some[0]!.series.group,
        ratio: sum(some.map(({ error }) => error)) / Math.max(1e-12, sum(some.map(({ naiveError }) => naiveError))),
        models: [...new Set(some.map(({ model }) => model))],
      }))
      .sort((a, b) => a.ratio - b.ratio),
  }
}
