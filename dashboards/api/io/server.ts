import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { securityHeaders } from '../guard.ts'
import { openApiDocument } from '../openapi.ts'
import { problem, problemOf, problemType } from '../problem.ts'
import { routesOf } from '../routes.ts'
import type { ApiSources } from '../sources.ts'
import { LiveHub } from '../stream/hub.ts'
import { addEntityTags, addRoutes } from './routing.ts'
import { addServiceRoutes } from './service.ts'

export interface ApiOptions {
  readonly sources: ApiSources
  /** Address to bind. Default 127.0.0.1: there is no login yet, so nobody else is let in by default. */
  readonly host?: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly logger?: FastifyBaseLogger
  /** The built pages (`dashboards/dist`); without them only the API is served. */
  readonly pagesFolder?: string
  readonly clock?: Clock
}

export interface RunningApi {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/** The Fastify server without a socket: tests inject into it. `hub` is disposed by `close`. */
export async function buildApi(options: Omit<ApiOptions, 'port' | 'host'>): Promise<FastifyInstance> {
  const { sources, clock = systemClock, logger, pagesFolder } = options
  const server = Fastify({
    ...(logger ? { loggerInstance: logger, logController: new LogController({ disableRequestLogging: true }) } : {}),
    bodyLimit: 256 * 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  })
  server.removeContentTypeParser('text/plain')
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  server.setErrorHandler((thrown, request, reply) => {
    const found = problemOf(thrown)
    if (found.status === 500) request.log.error({ err: thrown, url: request.url }, 'request failed')
    return reply
      .code(found.status)
      .type(problemType)
      .send({ ...found, instance: request.url })
  })
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type(problemType)
      .send(problem(404, `${request.method} ${request.url} is not served here`)),
  )
  addEntityTags(server)
  const hub = new LiveHub(sources, clock)
  server.addHook('preClose', async () => hub[Symbol.dispose]())
  const routes = routesOf(sources)
  addRoutes(server, routes, clock)
  addServiceRoutes(server, { sources, hub, document: openApiDocument(routes) })
  if (pagesFolder && existsSync(join(pagesFolder, 'index.html'))) await addPages(server, pagesFolder)
  return server
}

/**
 * Serves the API, the live stream and the built pages. Rejects with CIV_DASHBOARDS_PORT_TAKEN when another process holds the
 * port. `close` ends every stream and resolves when the port is free.
 */
export async function openApi(options: ApiOptions): Promise<RunningApi> {
  const host = options.host ?? '127.0.0.1'
  const server = await buildApi(options)
  try {
    await server.listen({ host, port: options.port })
  } catch (cause) {
    await server.close()
    throw listenError(cause, host, options.port)
  }
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return { port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close: () => server.close() }
}

function listenError(cause: unknown, host: string, port: number): unknown {
  if ((cause as { code?: string }).code !== 'EADDRINUSE') return cause
  const message = `port ${port} on ${host} is taken by another program: stop it or choose another with --port`
  return new CivitalsError('CIV_DASHBOARDS_PORT_TAKEN', message, { context: { host, port }, cause })
}

/** Files of the build carry a hash of their content in their name and never change; the document is asked for every time. */
async function addPages(server: FastifyInstance, root: string): Promise<void> {
  await server.register(fastifyStatic, {
    root,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const fixed = path.includes('/assets/')
      reply.header('cache-control', fixed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
