import type { Clock } from '@civitals/contracts/clock'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { csvOf } from '../csv.ts'
import { etagOf, matchesEtag } from '../etag.ts'
import { mayMutate } from '../guard.ts'
import { problem, problemType } from '../problem.ts'
import type { Call, Route } from '../route.ts'
import type { Page } from '../sources.ts'
import { checkerOf } from '../validation.ts'

/** Whether the caller wants a list as CSV: `?format=csv`, or an Accept header that names CSV and not JSON. */
function wantsCsv(request: FastifyRequest): boolean {
  const { format } = request.query as { format?: string }
  if (format !== undefined) return format === 'csv'
  const accept = request.headers.accept ?? ''
  return accept.includes('text/csv') && !accept.includes('application/json')
}

/** Puts the rows of the route table on the server. */
export function addRoutes(server: FastifyInstance, routes: readonly Route[], clock: Clock): void {
  server.setValidatorCompiler(({ schema, httpPart }) => checkerOf(schema as never, httpPart ?? 'body'))
  server.setSerializerCompiler(() => (data) => JSON.stringify(data))
  for (const route of routes) {
    server.route({
      method: route.method,
      url: `/api/v1${route.path}`,
      schema: { params: route.params, querystring: route.query, ...(route.body && { body: route.body }) },
      // Only our own pages may change anything: see guard.ts.
      onRequest: async (request, reply) => {
        if (route.method === 'GET' || mayMutate(request.headers)) return
        const detail = 'Send a JSON body or the header x-civitals: 1.'
        return reply
          .code(403)
          .type(problemType)
          .send(problem(403, detail, { instance: request.url }))
      },
      handler: async (request, reply) => {
        const { params, query, body } = request
        const call: Call<unknown, unknown, unknown> = { params, query, body, now: clock.now(), by: callerOf(request) }
        const answer = await route.handle(call as Call<never, never, never>)
        reply.code(route.status)
        if (!route.list || !wantsCsv(request)) return reply.send(answer)
        const { items, next } = answer as Page<unknown>
        if (next !== null) reply.header('x-next-cursor', next)
        return reply.type('text/csv; charset=utf-8; header=present').send(csvOf(items))
      },
    })
  }
}

/** Until there are logins: the name a client gives, else the desk. */
function callerOf(request: FastifyRequest): string {
  const given = request.headers['x-civitals-user']
  return typeof given === 'string' && /^[\w.@-]{1,64}$/.test(given) ? given : 'desk'
}

/** Weak entity tags on what GET answers in full; an unchanged answer is 304 without body. */
export function addEntityTags(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload
    const etag = etagOf(payload)
    reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept')
    if (!matchesEtag(request.headers['if-none-match'], etag)) return payload
    reply.code(304)
    return ''
  })
}
