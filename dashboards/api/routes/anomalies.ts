import { AnomalySchema, SeriesAnomalySchema } from '@civitals/contracts/anomaly'
import { Type } from 'typebox'
import { pageOf } from '../paging.ts'
import { notFound } from '../problem.ts'
import { byId, get, listQuery, query, type Route } from '../route.ts'
import { ListOf } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'
import { instant, Moment } from '../times.ts'

const Name = Type.String({ maxLength: 64 })

/** Series that are off their own habits. */
export function anomalyRoutes(sources: ApiSources): readonly Route[] {
  return [
    get('/anomalies', {
      tag: 'anomalies',
      summary:
        'What series were off their habits by in the last 90 days: level and drift, spikes, stuck values, noise, gaps; newest first',
      query: listQuery({
        terminal: Type.Optional(Name),
        point: Type.Optional(Name),
        state: Type.Optional(Type.Enum(['open', 'all'], { description: 'open: those that still go on. Default all.' })),
        from: Type.Optional(Moment),
        to: Type.Optional(Moment),
      }),
      reply: ListOf(AnomalySchema),
      list: true,
      handle: async ({ query, now }) => {
        const { terminal, point, state, from, to } = query
        const asked = {
          ...(terminal !== undefined && { terminal }),
          ...(point !== undefined && { point }),
          ...(state === 'open' && { open: true }),
          ...(from !== undefined && { from: instant(from, now) }),
          ...(to !== undefined && { to: instant(to, now) }),
        }
        const found = (await sources.anomalies?.(asked)) ?? []
        return pageOf(found, (one) => `${one.terminal}/${one.point}/${one.kind}/${one.from}`, query)
      },
    }),
    get('/terminals/:id/anomalies', {
      tag: 'anomalies',
      summary:
        'One series against its own weeks and its neighbours: what is usual at this hour, its state, what was found',
      params: byId,
      query: query({ point: Name }),
      reply: SeriesAnomalySchema,
      handle: async ({ params: { id }, query: { point } }) => {
        const unit = sources.registry.point(id, point)?.unit
        if (unit === undefined) throw notFound('series', `${id}/${point}`)
        const none = { terminal: id, point, unit, state: 'not-judged' as const, anomalies: [] }
        return (await sources.seriesAnomaly?.(id, point)) ?? none
      },
    }),
  ]
}
