import { CivitalsError } from '@civitals/contracts/errors'
import { TerminalSchema } from '@civitals/contracts/registry'
import { SeriesFlagsSchema } from '@civitals/contracts/series-flags'
import { Type } from 'typebox'
import { pageOf } from '../paging.ts'
import { notFound } from '../problem.ts'
import { byId, get, listQuery, longLimit, post, query, type Route } from '../route.ts'
import { GatewayViewSchema, ListOf, SeriesRowSchema, TerminalViewSchema } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'
import { indexLatest, viewTerminal } from '../terminals.ts'
import { Moment, rangeOf } from '../times.ts'

/** Longest stretch one question judges again: 600,000 readings at one a second. */
const longestFlagsMs = 7 * 24 * 3_600_000

/** Terminals, gateways and what they measured. */
export function terminalRoutes(sources: ApiSources): readonly Route[] {
  const { registry } = sources
  return [
    get('/terminals', {
      tag: 'terminals',
      summary: 'Terminals with site, gateway and the newest reading of every point: value, unit, band, age, quality',
      query: listQuery({ kind: Type.Optional(Type.String({ maxLength: 64 })) }),
      reply: ListOf(TerminalViewSchema),
      list: true,
      handle: ({ query, now }) => {
        const latest = indexLatest(sources.latest())
        const chosen = registry.terminals().filter((terminal) => !query.kind || terminal.kind === query.kind)
        const page = pageOf(chosen, (terminal) => terminal.id, query)
        return { ...page, items: page.items.map((terminal) => viewTerminal(terminal, registry, latest, now)) }
      },
    }),
    get('/terminals/:id', {
      tag: 'terminals',
      summary: 'One terminal',
      params: byId,
      reply: TerminalViewSchema,
      handle: ({ params, now }) => {
        const terminal = registry.terminal(params.id)
        if (!terminal) throw notFound('terminal', params.id)
        return viewTerminal(terminal, registry, indexLatest(sources.latest()), now)
      },
    }),
    post('/terminals', {
      tag: 'terminals',
      summary: 'Register a terminal; its readings that were set aside are then admitted',
      body: TerminalSchema,
      reply: TerminalSchema,
      status: 201,
      handle: async ({ body }) => {
        await sources.registerTerminal(body)
        return registry.terminal(body.id) ?? body
      },
    }),
    get('/gateways', {
      tag: 'terminals',
      summary: 'Gateways with what they last said of themselves',
      query: listQuery({}),
      reply: ListOf(GatewayViewSchema),
      list: true,
      handle: ({ query }) => {
        const statuses = sources.statuses()
        const views = registry.gateways().map((gateway) => ({
          ...gateway,
          terminals: registry.terminals().filter((terminal) => terminal.gateway === gateway.id).length,
          status: statuses.get(gateway.id) ?? null,
        }))
        return pageOf(views, (gateway) => gateway.id, query)
      },
    }),
    get('/readings', {
      tag: 'readings',
      summary: 'Readings of one series, or buckets of `every`; the last hour by default; `next` continues in time',
      query: listQuery({
        limit: longLimit,
        terminal: Type.String({ maxLength: 64 }),
        point: Type.String({ maxLength: 64 }),
        from: Type.Optional(Moment),
        to: Type.Optional(Moment),
        every: Type.Optional(Type.String({ maxLength: 20, description: 'Bucket: 10s, 1min, 1h. Absent: as stored.' })),
        pixels: Type.Optional(
          Type.Integer({
            ...{ minimum: 10, maximum: 1000 },
            description:
              'Instead of `every`: the shortest usual bucket of which so many fill the stretch; each has mean, min, max.',
          }),
        ),
      }),
      reply: ListOf(SeriesRowSchema),
      list: true,
      handle: async ({ query, now }) => {
        const { terminal, point, limit } = query
        if (!registry.point(terminal, point)) throw notFound('series', `${terminal}/${point}`)
        const asked = rangeOf(query, now, 3_600_000)
        const from = query.cursor === undefined ? asked.from : Number(query.cursor)
        const range = { terminal, point, ...asked, from: Number.isFinite(from) ? from : asked.from }
        const rows = await sources.readings({ ...range, limit: limit + 1 })
        const next = rows.length > limit ? String(rows[limit]?.at) : null
        return { items: rows.slice(0, limit), next }
      },
    }),
    get('/readings/flags', {
      tag: 'readings',
      summary:
        'What quality control says of the stored readings of one series, by judging them again; the last day by default',
      query: query({
        terminal: Type.String({ maxLength: 64 }),
        point: Type.String({ maxLength: 64 }),
        from: Type.Optional(Moment),
        to: Type.Optional(Moment),
      }),
      reply: SeriesFlagsSchema,
      handle: async ({ query: asked, now }) => {
        const { terminal, point } = asked
        const { from, to } = rangeOf(asked, now, 24 * 3_600_000)
        if (to - from > longestFlagsMs) {
          throw new CivitalsError('CIV_DASHBOARDS_BAD_TIME', 'readings are judged again for at most 7 days at a time')
        }
        const found = await sources.flags({ terminal, point, from, to })
        if (!found) throw notFound('series', `${terminal}/${point}`)
        return found
      },
    }),
  ]
}
