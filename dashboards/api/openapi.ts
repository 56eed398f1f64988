import { AlarmSchema } from '@civitals/contracts/alarm'
import {
  BedsideSignSchema,
  BodyResultSchema,
  IndicatorResultSchema,
  SystemResultSchema,
} from '@civitals/contracts/body'
import { CaseSchema, DeliverySchema, OrderSchema } from '@civitals/contracts/case'
import {
  LedgerRowSchema,
  LossSchema,
  ReconciliationSchema,
  RejectSchema,
  ResendSchema,
  SetAsideSchema,
} from '@civitals/contracts/ledger'
import { SiteSchema, TerminalSchema } from '@civitals/contracts/registry'
import type { TSchema } from 'typebox'
import type { Route } from './route.ts'
import * as shapes from './shapes.ts'

/** Schemas with a name of their own in the document; everything else is written where it is used. */
const named: Readonly<Record<string, TSchema>> = {
  Alarm: AlarmSchema,
  Area: shapes.AreaViewSchema,
  BedsideSign: BedsideSignSchema,
  Body: BodyResultSchema,
  Case: CaseSchema,
  Delivery: DeliverySchema,
  Endpoint: shapes.EndpointSchema,
  Gateway: shapes.GatewayViewSchema,
  HistoryPoint: shapes.HistoryPointSchema,
  Indicator: IndicatorResultSchema,
  LedgerRow: LedgerRowSchema,
  Loss: LossSchema,
  Resend: ResendSchema,
  Reconciliation: ReconciliationSchema,
  NewEndpoint: shapes.NewEndpointSchema,
  NewReport: shapes.NewReportSchema,
  Order: OrderSchema,
  OrderAction: shapes.OrderActionSchema,
  Problem: shapes.ProblemSchema,
  Reject: RejectSchema,
  SeriesRow: shapes.SeriesRowSchema,
  SetAside: SetAsideSchema,
  Site: SiteSchema,
  System: SystemResultSchema,
  Terminal: shapes.TerminalViewSchema,
  TerminalRegistration: TerminalSchema,
}

const nameOf = new Map<unknown, string>(Object.entries(named).map(([name, schema]) => [schema, name]))

/** A schema as plain JSON, its named parts as references. */
function printed(schema: unknown, top = true): unknown {
  const name = top ? undefined : nameOf.get(schema)
  if (name) return { $ref: `#/components/schemas/${name}` }
  if (Array.isArray(schema)) return schema.map((part) => printed(part, false))
  if (schema === null || typeof schema !== 'object') return schema
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, printed(value, false)]))
}

const reference = (schema: TSchema): unknown => printed(schema, !nameOf.has(schema))

function parametersOf(route: Route): readonly unknown[] {
  const listed = (schema: Route['query'], where: string): unknown[] =>
    Object.entries(schema.properties).map(([name, part]) => ({
      name,
      in: where,
      required: where === 'path' || ((schema.required ?? []).includes(name) && !('default' in part)),
      schema: printed(part),
    }))
  return [...listed(route.params, 'path'), ...listed(route.query, 'query')]
}

const problemAnswer = { $ref: '#/components/responses/Problem' }

function operationOf(route: Route): unknown {
  const content: Record<string, unknown> = { 'application/json': { schema: reference(route.reply) } }
  if (route.list) content['text/csv'] = { schema: { type: 'string' } }
  const words = route.path.replaceAll(/[/:]+(\w)/g, (_, first: string) => first.toUpperCase()).replaceAll('-', '')
  return {
    operationId: `${route.method.toLowerCase()}${words}`,
    tags: [route.tag],
    summary: route.summary,
    parameters: parametersOf(route),
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(route.body) } } },
    }),
    responses: { [route.status]: { description: route.summary, content }, default: problemAnswer },
  }
}

const text = (summary: string, type: string, tag: string): unknown => ({
  get: {
    operationId: summary.toLowerCase().replaceAll(/[^a-z]+(\w)/g, (_, first: string) => first.toUpperCase()),
    tags: [tag],
    summary,
    responses: {
      200: { description: summary, content: { [type]: { schema: { type: 'string' } } } },
      default: problemAnswer,
    },
  },
})

/** Routes beside the resources: the stream, probes, metrics and this document. Paths are from the origin. */
export const plainPaths: Readonly<Record<string, unknown>> = {
  '/api/v1/stream': text(
    'Server-sent events: body, readings, alarms, orders, cases, statuses',
    'text/event-stream',
    'stream',
  ),
  '/api/v1/openapi.json': text('This document', 'application/json', 'service'),
  '/healthz': text('The process answers', 'application/json', 'service'),
  '/readyz': text('The centre takes readings and answers questions', 'application/json', 'service'),
  '/metrics': text('Prometheus metrics', 'text/plain', 'service'),
}

/** The OpenAPI 3.1 document, made of the same schemas that check requests. */
export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Civitals',
      version: '1',
      description:
        'Vital signs of a city. Times are milliseconds since 1970 UTC. Requests that change something need a JSON body or the header `x-civitals: 1`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: { ...paths, ...plainPaths },
    components: {
      schemas: Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, printed(schema)])),
      responses: {
        Problem: {
          description: 'A problem [RFC 9457]',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}
