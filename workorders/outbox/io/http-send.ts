import { lookup } from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Send, SendOutcome, WebhookRequest } from '../send.ts'
import type { AllowList } from './allow-list.ts'

/** Limits of one attempt. */
export interface SendLimits {
  readonly timeoutMs: number
  /** Most of an answer that is read before the connection is dropped. */
  readonly responseBytes: number
}

/** Ten seconds and 64 KiB. */
export const defaultLimits: SendLimits = { timeoutMs: 10_000, responseBytes: 64 * 1024 }

/** A sender over HTTP and HTTPS with kept-alive connections. */
export interface HttpSender {
  readonly send: Send
  close(): void
}

/**
 * Opens a sender. Redirects are answers like any other (and so failures); the address a name resolves to is judged by the
 * allow-list and is the very one connected to.
 */
export function openHttpSender(allowed: AllowList, limits: SendLimits = defaultLimits): HttpSender {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 2 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 2 }),
  }
  const send: Send = async (request, signal) => {
    const url = new URL(request.url)
    const refusal = allowed.refusesHost(url.hostname)
    if (refusal) return { kind: 'refused', error: refusal }
    const limited = AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)])
    const agent = agents[url.protocol as keyof typeof agents]
    const options = { agent, lookup: guarded(allowed, url.hostname), signal: limited, limits }
    const first = await attempt(url, request, options)
    // A kept connection the other side closed meanwhile says nothing about the receiver.
    return first === 'stale' ? settled(await attempt(url, request, { ...options, agent: false })) : first
  }
  return {
    send,
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

interface AttemptOptions {
  readonly agent: http.Agent | false
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
  readonly limits: SendLimits
}

const settled = (outcome: SendOutcome | 'stale'): SendOutcome =>
  outcome === 'stale' ? { kind: 'error', error: 'connection reset' } : outcome

function attempt(url: URL, { headers, body }: WebhookRequest, options: AttemptOptions): Promise<SendOutcome | 'stale'> {
  const { request } = url.protocol === 'https:' ? https : http
  const bytes = Buffer.from(body)
  const { promise, resolve } = Promise.withResolvers<SendOutcome | 'stale'>()
  const outgoing = request(url, {
    method: 'POST',
    agent: options.agent,
    lookup: options.lookup,
    signal: options.signal,
    headers: { ...headers, 'content-length': bytes.length },
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    const stale = outgoing.reusedSocket && error.code === 'ECONNRESET'
    resolve(stale ? 'stale' : { kind: 'error', error: faultOf(error, options) })
  })
  outgoing.on('response', (response) => {
    void drain(response, options.limits.responseBytes).then(
      () => resolve(outcomeOf(response)),
      () => resolve(outcomeOf(response)),
    )
  })
  outgoing.end(bytes)
  return promise
}

/** Reads an answer to its end, so that the connection can be kept, or as far as it may go. */
async function drain(response: http.IncomingMessage, most: number): Promise<void> {
  let bytes = 0
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length
    if (bytes > most) break
  }
  if (bytes > most) response.destroy()
}

function outcomeOf(response: http.IncomingMessage): SendOutcome {
  const status = response.statusCode ?? 0
  const seconds = Number(response.headers['retry-after'])
  const asked = (status === 429 || status === 503) && Number.isFinite(seconds) && seconds > 0
  return { kind: 'response', status, ...(asked ? { retryAfterMs: seconds * 1000 } : {}) }
}

function faultOf(error: NodeJS.ErrnoException, { signal, limits }: AttemptOptions): string {
  if (signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError') {
    return `no answer within ${limits.timeoutMs} ms`
  }
  return error.code ? `${error.code}: ${error.message}` : error.message
}

/** Resolves a name and lets only allowed addresses through. */
function guarded(allowed: AllowList, host: string): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '')
      const good = found.filter(({ address }) => allowed.refusesAddress(host, address) === undefined)
      const [first] = good
      if (!first) {
        const reason = allowed.refusesAddress(host, found[0]?.address ?? '') ?? `${host} has no address`
        return callback(Object.assign(new Error(reason), { code: 'EREFUSED' }), '')
      }
      if (options.all) return callback(null, good)
      callback(null, first.address, first.family)
    })
  }
}
