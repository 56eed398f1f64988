import { DeliverySchema } from '@civitals/contracts/case'
import { CloneSchema } from '@civitals/contracts/clone'
import {
  LedgerRowSchema,
  LossSchema,
  ReconciliationSchema,
  RejectSchema,
  ResendSchema,
  SetAsideSchema,
} from '@civitals/contracts/ledger'
import { Type } from 'typebox'
import { whole } from '../paging.ts'
import { byId, get, listQuery, post, type Route } from '../route.ts'
import { EndpointSchema, ListOf, NewEndpointSchema } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'

const state = Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]))

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const name = Type.String({ minLength: 1, maxLength: 64 })
const spoolParams = Type.Object({ gateway: name, spool: name })
const ResendBody = Type.Object(
  {
    why: Type.String({ minLength: 1, maxLength: 200, description: 'Kept beside the resend.' }),
    ranges: Type.Optional(
      Type.Array(Type.Tuple([Seq, Seq]), {
        minItems: 1,
        maxItems: 16,
        description: 'Numbers of envelopes, from and to; absent: everything of the spool that is settled.',
      }),
    ),
  },
  { additionalProperties: false },
)

const ReleaseBody = Type.Object(
  {
    keep: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Boot of the box that counts as the first from now on; absent: whichever speaks next.',
      }),
    ),
  },
  { additionalProperties: false },
)

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
    get('/ledger/gaps', {
      tag: 'ingest',
      summary:
        'What gateways declared lost, with times and reason, newest first; `atLeast`: its size is not known exactly',
      query: listQuery({}),
      reply: ListOf(LossSchema),
      list: true,
      handle: async () => whole(await sources.losses()),
    }),
    get('/ledger/reconciliation', {
      tag: 'ingest',
      summary: 'What the hourly comparison of ledger and series store found, and where the two differ',
      reply: ReconciliationSchema,
      handle: () => sources.reconciliation(),
    }),
    get('/ledger/resends', {
      tag: 'ingest',
      summary: 'Ranges of spools that were reopened: who asked for them, why, and how far they have come; newest first',
      query: listQuery({}),
      reply: ListOf(ResendSchema),
      list: true,
      handle: async () => whole(await sources.resends()),
    }),
    post('/ledger/:gateway/:spool/resend', {
      tag: 'ingest',
      summary: 'Reopen settled envelopes of a spool and ask its gateway to send them again; accounts stay as they are',
      params: spoolParams,
      body: ResendBody,
      reply: ResendSchema,
      status: 202,
      handle: ({ params, body, by }) =>
        sources.resend({ ...params, by, why: body.why, ...(body.ranges && { ranges: body.ranges }) }),
    }),
    get('/ingest/clones', {
      tag: 'ingest',
      summary: 'Gateway ids that several boxes use, or used: which box is kept, which refused, where they came from',
      query: listQuery({}),
      reply: ListOf(CloneSchema),
      list: true,
      handle: async () => whole(await sources.clones()),
    }),
    post('/ingest/clones/:gateway/release', {
      tag: 'ingest',
      summary: 'Let all boxes of a gateway speak again, after the one too many was taken out of service',
      params: Type.Object({ gateway: name }),
      body: ReleaseBody,
      reply: CloneSchema,
      handle: ({ params, body, by }) =>
        sources.releaseClone({ ...params, by, ...(body.keep !== undefined && { keep: body.keep }) }),
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
