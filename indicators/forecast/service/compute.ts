import { type ForecastOutcome, forecastHours, type HourlySeries } from '../forecast.ts'
import { type AheadRequest, type IndicatorHours, indicatorsAhead } from './ahead.ts'

/** Where forecasts are worked out: a thread in the centre, at once in tests. */
export interface Compute extends AsyncDisposable {
  series(batch: readonly HourlySeries[]): Promise<readonly ForecastOutcome[]>
  indicators(request: AheadRequest): Promise<readonly IndicatorHours[]>
}

/** One question to the thread and its answer. */
export type Question =
  | { readonly op: 'series'; readonly batch: readonly HourlySeries[] }
  | { readonly op: 'indicators'; readonly request: AheadRequest }
export type Answer = readonly ForecastOutcome[] | readonly IndicatorHours[]

/** Works one question out; what the thread runs. */
export function answer(question: Question): Answer {
  switch (question.op) {
    case 'series':
      return question.batch.map(forecastHours)
    case 'indicators':
      return indicatorsAhead(question.request)
  }
}

/** Works everything out at once, where the caller stands: for tests and back-tests. */
export const computeHere = (): Compute => ({
  series: async (batch) => batch.map(forecastHours),
  indicators: async (request) => indicatorsAhead(request),
  [Symbol.asyncDispose]: async () => {},
})
