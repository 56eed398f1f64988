import { CauseChainSchema } from '@civitals/contracts/causes'
import { ForecastSkillSchema, IndicatorForecastSchema, SeriesForecastSchema } from '@civitals/contracts/forecast'
import { Type } from 'typebox'
import { pageOf } from '../paging.ts'
import { notFound } from '../problem.ts'
import { byId, get, listQuery, query, type Route } from '../route.ts'
import { ListOf } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'

/** What the next 24 hours will likely bring, and how good such forecasts have been. */
export function forecastRoutes(sources: ApiSources): readonly Route[] {
  return [
    get('/terminals/:id/forecast', {
      tag: 'forecasts',
      summary: 'Hourly means of one series for the next 24 hours with 50 % and 90 % intervals, model and skill',
      params: byId,
      query: query({ point: Type.String({ maxLength: 64 }) }),
      reply: SeriesForecastSchema,
      handle: ({ params, query: { point } }) => {
        const { id } = params
        const unit = sources.registry.point(id, point)?.unit
        if (unit === undefined) throw notFound('series', `${id}/${point}`)
        return sources.forecast?.(id, point) ?? { terminal: id, point, unit, reason: 'not-forecast', hours: [] }
      },
    }),
    get('/indicators/:id/forecast', {
      tag: 'forecasts',
      summary: 'Value and score of one indicator at the end of each of the next 24 hours',
      params: byId,
      reply: IndicatorForecastSchema,
      handle: ({ params }) => {
        const known = sources.city()?.systems.some(({ indicators }) => indicators.some(({ id }) => id === params.id))
        if (!known) throw notFound('indicator', params.id)
        return sources.indicatorForecast?.(params.id) ?? { indicator: params.id, reason: 'not-forecast', hours: [] }
      },
    }),
    get('/indicators/:id/causes', {
      tag: 'forecasts',
      summary: 'The probable chain behind an abnormal vital sign: which series led to it and what followed, with lags',
      params: byId,
      reply: CauseChainSchema,
      handle: ({ params }) => {
        const chain = sources.causes?.(params.id)
        if (!chain) throw notFound('indicator', params.id)
        return chain
      },
    }),
    get('/forecasts', {
      tag: 'forecasts',
      summary: 'The model every series is forecast by, its error and that of the seasonal naive, newest run of the day',
      query: listQuery({}),
      reply: ListOf(ForecastSkillSchema),
      list: true,
      handle: async ({ query }) =>
        pageOf((await sources.forecastSkill?.()) ?? [], ({ terminal, point }) => `${terminal}/${point}`, query),
    }),
  ]
}
