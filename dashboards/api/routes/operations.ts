import { AlarmSchema } from '@civitals/contracts/alarm'
import { CaseSchema, OrderSchema } from '@civitals/contracts/case'
import { Type } from 'typebox'
import { byId, get, listQuery, post, type Route } from '../route.ts'
import { ListOf, NewReportSchema, OrderActionSchema } from '../shapes.ts'
import type { ApiSources, PageQuery } from '../sources.ts'

const open = Type.Optional(Type.Boolean({ description: 'true: only those not closed.' }))

/** The asked page without keys that were not given. */
const page = (query: { limit: number; cursor?: string }): PageQuery => ({
  limit: query.limit,
  ...(query.cursor !== undefined && { cursor: query.cursor }),
})

/** Alarms, cases, orders and reports: what people see and do. */
export function operationRoutes(sources: ApiSources): readonly Route[] {
  return [
    get('/alarms', {
      tag: 'operations',
      summary: 'Alarms; live ones unless `state=all`',
      query: listQuery({ state: Type.Union([Type.Literal('live'), Type.Literal('all')], { default: 'live' }) }),
      reply: ListOf(AlarmSchema),
      list: true,
      handle: ({ query }) => sources.alarms({ ...page(query), state: query.state }),
    }),
    post('/alarms/:id/acknowledge', {
      tag: 'operations',
      summary: 'Acknowledge an alarm',
      params: byId,
      reply: AlarmSchema,
      handle: ({ params, by }) => sources.acknowledge(params.id, by),
    }),
    get('/cases', {
      tag: 'operations',
      summary: 'Cases with reports and journal, newest first',
      query: listQuery({ open }),
      reply: ListOf(CaseSchema),
      list: true,
      handle: ({ query }) => sources.cases({ ...page(query), ...(query.open !== undefined && { open: query.open }) }),
    }),
    get('/orders', {
      tag: 'operations',
      summary: 'Orders with department, stage and clocks',
      query: listQuery({ open }),
      reply: ListOf(OrderSchema),
      list: true,
      handle: ({ query }) => sources.orders({ ...page(query), ...(query.open !== undefined && { open: query.open }) }),
    }),
    post('/orders/:id/actions', {
      tag: 'operations',
      summary: 'Take an order one step on: accept, handle, verify, close',
      params: byId,
      body: OrderActionSchema,
      reply: OrderSchema,
      handle: ({ params, body, by }) => sources.act(params.id, body.action, by, body.note),
    }),
    post('/reports', {
      tag: 'operations',
      summary: 'Report that something is wrong: opens a case or joins one',
      body: NewReportSchema,
      reply: CaseSchema,
      status: 201,
      handle: ({ body, now }) => sources.fileReport({ ...body, source: 'person', at: now }),
    }),
  ]
}
