import { DeliverySchema } from '@civitals/contracts/case'
import { LedgerRowSchema, RejectSchema, SetAsideSchema } from '@civitals/contracts/ledger'
import { Type } from 'typebox'
import { whole } from '../paging.ts'
import { byId, get, listQuery, post, type Route } from '../route.ts'
import { EndpointSchema, ListOf, NewEndpointSchema } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'

const state = Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]))

/** What came in and what went out: ledger, refusals, webhooks. */
export function deliveryRoutes(sources: ApiSources): readonly Route[] {
  return [
    get('/ledger', {
      tag: 'ingest',
      summary:
        'Accounts of every spool, in readings: produced = stored + rejected + set aside + waiting + declared lost',
      query: listQuery({}),
      reply: ListOf(LedgerRowSchema),
      list: true,
      handle: async () => whole(await sources.ledger()),
    }),
    get('/ingest/rejects', {
      tag: 'ingest',
      summary: 'What was refused at the door, newest first, with the reason',
      query: listQuery({}),
      reply: ListOf(RejectSchema),
      list: true,
      handle: ({ query: { limit, cursor } }) => sources.rejects({ limit, ...(cursor !== undefined && { cursor }) }),
    }),
    get('/ingest/set-aside', {
      tag: 'ingest',
      summary: 'Readings kept until their terminal is registered or their clock is fixed',
      query: listQuery({}),
      reply: ListOf(SetAsideSchema),
      list: true,
      handle: async () => whole(await sources.setAside()),
    }),
    get('/webhooks', {
      tag: 'webhooks',
      summary: 'Endpoints that receive events',
      query: listQuery({}),
      reply: ListOf(EndpointSchema),
      list: true,
      handle: async () => whole(await sources.endpoints()),
    }),
    post('/webhooks', {
      tag: 'webhooks',
      summary: 'Add an endpoint; the secret is shown this once',
      body: NewEndpointSchema,
      reply: Type.Object({ id: Type.String(), secret: Type.String() }),
      status: 201,
      handle: ({ body }) => sources.addEndpoint(body),
    }),
    get('/webhooks/deliveries', {
      tag: 'webhooks',
      summary: 'Messages on their way; `state=failed` lists those given up',
      query: listQuery({ state }),
      reply: ListOf(DeliverySchema),
      list: true,
      handle: ({ query: { limit, cursor, state } }) =>
        sources.deliveries({ limit, ...(cursor !== undefined && { cursor }), ...(state !== undefined && { state }) }),
    }),
    post('/webhooks/deliveries/:id/replay', {
      tag: 'webhooks',
      summary: 'Send a message again with its own webhook-id',
      params: byId,
      reply: Type.Object({ id: Type.String() }),
      status: 202,
      handle: async ({ params }) => {
        await sources.replay(params.id)
        return { id: params.id }
      },
    }),
  ]
}
