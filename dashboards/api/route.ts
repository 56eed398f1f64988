import type { EpochMs } from '@civitals/contracts/clock'
import { type Static, type TObject, type TSchema, Type } from 'typebox'

/** What a handler is given: every part already checked against its schema. */
export interface Call<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly now: EpochMs
  /** Who asks, for journals. */
  readonly by: string
}

/** One route of the API as data: the server, the OpenAPI document and the tests read the same row. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** Below /api/v1, Fastify style: `/orders/:id/actions`. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly params: TObject
  readonly query: TObject
  readonly body?: TSchema
  readonly reply: TSchema
  readonly status: 200 | 201 | 202
  /** A list: also offered as CSV. */
  readonly list: boolean
  readonly handle: (call: Call<never, never, never>) => unknown
}

interface RouteOf<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly tag: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly reply: TSchema
  readonly status?: 200 | 201 | 202
  readonly list?: boolean
  readonly handle: (call: Call<Static<P>, Static<Q>, Static<B>>) => unknown
}

const none = Type.Object({}, { additionalProperties: false })

function route<P extends TObject, Q extends TObject, B extends TSchema>(
  method: Route['method'],
  path: string,
  of: RouteOf<P, Q, B>,
): Route {
  return {
    method,
    path,
    tag: of.tag,
    summary: of.summary,
    params: of.params ?? none,
    query: of.query ?? none,
    ...(of.body && { body: of.body }),
    reply: of.reply,
    status: of.status ?? 200,
    list: of.list ?? false,
    handle: of.handle as unknown as Route['handle'],
  }
}

/** A reading route. */
export const get = <P extends TObject, Q extends TObject>(path: string, of: RouteOf<P, Q, TSchema>): Route =>
  route('GET', path, of)

/** A route that changes something: its caller shows `x-civitals: 1` or a JSON body (see guard.ts). */
export const post = <P extends TObject, B extends TSchema>(path: string, of: RouteOf<P, TObject, B>): Route =>
  route('POST', path, of)

const format = Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('csv')]))

/** Query of a single resource or an unpaged answer. */
export const query = <T extends Record<string, TSchema>>(more: T) => Type.Object(more, { additionalProperties: false })

/** `limit` of lists in time, which are read whole more often than page by page. */
export const longLimit = Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })

/** Query of a list, with what the list adds. */
export const listQuery = <T extends Record<string, TSchema>>(more: T) =>
  Type.Object(
    {
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
      cursor: Type.Optional(Type.String({ maxLength: 512, description: '`next` of the page before.' })),
      format,
      ...more,
    },
    { additionalProperties: false },
  )

/** Path parameter `id`. */
export const byId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) })
