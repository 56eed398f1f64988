import type { FastifyInstance, FastifyReply } from 'fastify'
import { securityHeaders } from '../guard.ts'
import { metricsText } from '../metrics.ts'
import { problem, problemType } from '../problem.ts'
import type { ApiSources } from '../sources.ts'
import type { LiveHub, StreamClient } from '../stream/hub.ts'

export interface ServiceParts {
  readonly sources: ApiSources
  readonly hub: LiveHub
  readonly document: Record<string, unknown>
}

/** The stream, the OpenAPI document, probes and metrics: everything that is not a resource. */
export function addServiceRoutes(server: FastifyInstance, { sources, hub, document }: ServiceParts): void {
  server.get('/api/v1/openapi.json', (_request, reply) => reply.send(document))
  server.get('/healthz', (_request, reply) => reply.send({ alive: true }))
  server.get('/readyz', (_request, reply) => {
    const health = sources.health()
    return reply.code(health.ready ? 200 : 503).send(health)
  })
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText(sources, hub.facts)),
  )
  server.get('/api/v1/stream', (_request, reply) => openStream(hub, reply))
}

function openStream(hub: LiveHub, reply: FastifyReply): FastifyReply | undefined {
  const raw = reply.raw
  const client: StreamClient = {
    write: (text) => void raw.write(text),
    get bufferedBytes() {
      return raw.writableLength
    },
    drop: () => void raw.destroy(),
  }
  if (hub.facts.clients >= hub.limit) {
    return reply.code(503).type(problemType).send(problem(503, 'Too many live streams are open.'))
  }
  reply.hijack()
  raw.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const joined = hub.add(client)
  raw.on('close', () => joined?.[Symbol.dispose]())
  return undefined
}
