import { BodyResultSchema, IndicatorResultSchema } from '@civitals/contracts/body'
import { CivitalsError } from '@civitals/contracts/errors'
import { ExplanationSchema } from '@civitals/contracts/explanation'
import { SiteSchema } from '@civitals/contracts/registry'
import { Type } from 'typebox'
import { pageOf } from '../paging.ts'
import { notFound } from '../problem.ts'
import { byId, get, listQuery, longLimit, query, type Route } from '../route.ts'
import { AreaViewSchema, CityInfoSchema, HistoryPointSchema, ListOf, SystemsAtSchema } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'
import { instant, Moment, rangeOf } from '../times.ts'

const day = 24 * 3_600_000

/** The city's body: now, back in time, and the areas and sites it is made of. */
export function cityRoutes(sources: ApiSources): readonly Route[] {
  return [
    get('/city', {
      tag: 'city',
      summary: 'The body of the city now: score, grade, interval, coverage, ceiling, nine systems, six bedside signs',
      reply: BodyResultSchema,
      handle: () => bodyNow(sources),
    }),
    get('/city/info', {
      tag: 'city',
      summary: 'Code, name and time zone of the city',
      reply: CityInfoSchema,
      handle: () => sources.registry.city,
    }),
    get('/city/history', {
      tag: 'city',
      summary: "The city's score over time; the last 24 hours by default",
      query: listQuery({
        limit: longLimit,
        from: Type.Optional(Moment),
        to: Type.Optional(Moment),
        every: Type.Optional(Type.String({ maxLength: 20, description: 'Bucket: 10s, 1min, 1h.' })),
      }),
      reply: ListOf(HistoryPointSchema),
      list: true,
      handle: async ({ query, now }) => {
        const points = await sources.scoreHistory(rangeOf(query, now, day))
        return pageOf(points, (point) => String(point.at), query)
      },
    }),
    get('/city/systems', {
      tag: 'city',
      summary: 'Scores of the nine systems at an earlier instant, where they are kept, and the indicators they rest on',
      query: query({ at: Moment }),
      reply: SystemsAtSchema,
      handle: async ({ query, now }) => {
        const at = instant(query.at, now)
        return { at, ...((await sources.systemsAt?.(at)) ?? { systems: {}, valid: [] }) }
      },
    }),
    get('/indicators', {
      tag: 'city',
      summary: 'Every indicator as last computed, with score, reason, coverage and source',
      query: listQuery({ system: Type.Optional(Type.String({ maxLength: 8 })) }),
      reply: ListOf(IndicatorResultSchema),
      list: true,
      handle: ({ query }) => {
        const all = indicatorsOf(sources).filter((indicator) => !query.system || indicator.system === query.system)
        return pageOf(all, (indicator) => indicator.id, query)
      },
    }),
    get('/indicators/:id', {
      tag: 'city',
      summary: 'One indicator',
      params: byId,
      reply: IndicatorResultSchema,
      handle: ({ params }) => {
        const found = indicatorsOf(sources).find((indicator) => indicator.id === params.id)
        if (!found) throw notFound('indicator', params.id)
        return found
      },
    }),
    get('/indicators/:id/explain', {
      tag: 'city',
      summary:
        'Why an indicator stands where it stands: inputs, window, coverage, flags, formula, contributions, what moved since a day earlier',
      params: byId,
      query: query({
        at: Type.Optional(Moment),
        area: Type.Optional(Type.String({ maxLength: 200, description: 'Area of the tree; the city by default.' })),
      }),
      reply: ExplanationSchema,
      handle: async ({ params, query, now }) => {
        bodyNow(sources)
        const found = await sources.explain({
          id: params.id,
          ...(query.area !== undefined && { area: query.area }),
          ...(query.at !== undefined && { at: instant(query.at, now) }),
        })
        if (!found) throw notFound('indicator', params.id)
        return found
      },
    }),
    get('/areas', {
      tag: 'city',
      summary: 'Areas of the city; towns with score and grade',
      query: listQuery({}),
      reply: ListOf(AreaViewSchema),
      list: true,
      handle: ({ query }) => {
        const scored = new Map(sources.towns().map((town) => [town.area, town]))
        const areas = sources.registry.areas().map((area) => {
          const { score = null, grade = 'N' } = scored.get(area.id) ?? {}
          return { ...area, score, grade }
        })
        return pageOf(areas, (area) => area.id, query)
      },
    }),
    get('/areas/:id/history', {
      tag: 'city',
      summary: 'The score of one area of the tree over time, kept every ten minutes; the last 24 hours by default',
      params: byId,
      query: listQuery({
        limit: longLimit,
        from: Type.Optional(Moment),
        to: Type.Optional(Moment),
        every: Type.Optional(Type.String({ maxLength: 20, description: 'Bucket: 10min, 1h.' })),
      }),
      reply: ListOf(HistoryPointSchema),
      list: true,
      handle: async ({ params, query, now }) => {
        if (!sources.registry.area(params.id)) throw notFound('area', params.id)
        const points = await sources.scoreHistory({ area: params.id, ...rangeOf(query, now, day) })
        return pageOf(points, (point) => String(point.at), query)
      },
    }),
    get('/areas/:id/body', {
      tag: 'city',
      summary:
        'The body of one area of the tree (grid, village, town, district), computed from the terminals within it',
      params: byId,
      reply: BodyResultSchema,
      handle: ({ params }) => {
        bodyNow(sources)
        const body = sources.area(params.id)
        if (!body) throw notFound('area', params.id)
        return body
      },
    }),
    get('/sites', {
      tag: 'city',
      summary: 'Sites where terminals stand, WGS-84',
      query: listQuery({}),
      reply: ListOf(SiteSchema),
      list: true,
      handle: ({ query }) => pageOf(sources.registry.sites(), (site) => site.id, query),
    }),
  ]
}

function bodyNow(sources: ApiSources) {
  const body = sources.city()
  if (!body) {
    throw new CivitalsError('CIV_DASHBOARDS_NOT_YET', 'the city has not been evaluated yet: wait a few seconds', {
      retryable: true,
    })
  }
  return body
}

const indicatorsOf = (sources: ApiSources) => bodyNow(sources).systems.flatMap((system) => system.indicators)
