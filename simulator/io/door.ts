import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { TSchema } from 'typebox'
import {
  FaultCommandSchema,
  ScenarioCommandSchema,
  SetCommandSchema,
  type SimulatorCommand,
} from '../scenario/command.ts'

/** The simulator as its control door sees it. */
export interface Steered {
  command(command: SimulatorCommand): void
  state(): object
}

/** A control door that listens. */
export interface Door {
  readonly port: number
  close(): Promise<void>
}

const maxBody = 10_000

const posts: Readonly<Record<string, TSchema>> = {
  '/scenario': ScenarioCommandSchema,
  '/fault': FaultCommandSchema,
  '/set': SetCommandSchema,
}

/**
 * Opens the control door on 127.0.0.1: GET /state; POST /scenario, /fault and /set with JSON. It steers a demonstration and
 * has no login, so it answers only to its own address and only to JSON, which pages of other origins cannot send.
 */
export function openDoor(simulator: Steered): Promise<Door> {
  const server = createServer((request, response) => {
    handle(simulator, request, response).catch((error: unknown) => {
      const known = error instanceof CivitalsError
      reply(response, known ? 400 : 500, { error: known ? error.message : 'internal error' })
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ port: typeof address === 'object' && address ? address.port : 0, close: () => shut(server) })
    })
  })
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function handle(simulator: Steered, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    return reply(response, 403, { error: 'not my address' })
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (request.method === 'GET' && path === '/state') return reply(response, 200, simulator.state())
  const schema = request.method === 'POST' ? posts[path] : undefined
  if (!schema) return reply(response, 404, { error: 'GET /state; POST /scenario, /fault, /set' })
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return reply(response, 415, { error: 'send application/json' })
  }
  const checked = checkDocument(schema, await bodyOf(request), path)
  if (!checked.ok) return reply(response, 400, { error: checked.problems.map(printProblem).join('\n') })
  simulator.command(checked.value as SimulatorCommand)
  reply(response, 200, simulator.state())
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBody) throw new CivitalsError('CIV_SIMULATOR_COMMAND', `a command is at most ${maxBody} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
