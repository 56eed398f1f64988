import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { HttpError, InfluxDB, type WriteApi } from '@influxdata/influxdb-client'
import { encodeLine, type Line } from '../line-protocol.ts'
import type { LineAnswer } from '../settle-lines.ts'
import { type ClientOptions, deniedError } from './query-client.ts'

/** Lines of one request at most; with the usual ten points of a terminal about 1 MB. */
export const linesPerRequest = 5000

/** The engine speaks of the lines themselves, not of its own state [InfluxDB 1.x API reference, /write, status 400]. */
const blamesLines =
  /partial write|unable to parse|field type conflict|missing fields|invalid (field|tag|number|timestamp)/i

/**
 * InfluxDB 1.x repeats what it says in a header, with the whole of a line it cannot parse: Node's limit of 16 KiB for all headers
 * would make that look as if the engine were out of reach, and one such line would hold everything for ever.
 */
const longestHeaders = 2 ** 20

/** The engine is busy or down: it may say for how long. */
export class EngineBusy extends Error {
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

export interface LineWriterOptions extends ClientOptions {
  /** Path and query of the engine's write. */
  readonly path: string
  /** Statuses that may blame lines. */
  readonly refusesLinesBy: readonly number[]
}

/** Writes lines by the official client. Its buffer and retries stay unused: one call is one request. */
export class LineWriter {
  readonly #url: string
  readonly #api: WriteApi
  readonly #agent: Agent
  readonly #refusesLinesBy: readonly number[]

  constructor({ url, path, headers, timeoutMs, refusesLinesBy }: LineWriterOptions) {
    this.#url = url
    this.#refusesLinesBy = refusesLinesBy
    this.#agent = new (URL.parse(url)?.protocol === 'https:' ? SecureAgent : Agent)({ keepAlive: true })
    const transportOptions = { agent: this.#agent, maxHeaderSize: longestHeaders }
    const client = new InfluxDB({ url, headers: { ...headers }, timeout: timeoutMs, transportOptions })
    this.#api = client.getWriteApi('', '', 'ms', {
      // One more than we send: a full buffer would be flushed by the client itself, its error logged and lost.
      batchSize: linesPerRequest + 1,
      maxBatchBytes: Number.POSITIVE_INFINITY,
      flushInterval: 0,
      maxRetries: 0,
      // To a server on this machine compression costs processor time of both and saves nothing.
      ...(isLoopback(url) && { gzipThreshold: Number.POSITIVE_INFINITY }),
      // An answer of ours keeps the client from logging to the console.
      writeFailed: (error) => Promise.reject(error),
    })
    // The path is a public field: the same client writes 1.x and 2.x.
    this.#api.path = path
  }

  /** Rejects when the engine is out of reach, busy or refuses us; a refusal of lines is an answer. `signal` ends it at once. */
  async send(lines: readonly Line[], signal?: AbortSignal): Promise<LineAnswer> {
    signal?.throwIfAborted()
    // The client's writes know no signal; without its sockets a request is over.
    const abort = (): void => this.#agent.destroy()
    signal?.addEventListener('abort', abort)
    this.#api.writeRecords(lines.map(encodeLine))
    try {
      await this.#api.flush()
      return { taken: true }
    } catch (error) {
      if (isHeaderOverflow(error)) return { taken: false, reason: 'the engine said more than can be read' }
      if (!(error instanceof HttpError)) throw error
      const { statusCode } = error
      if (statusCode === 401 || statusCode === 403) throw deniedError(this.#url, statusCode)
      const said = bodyError(error)
      if (statusCode === 413) return { taken: false, reason: 'larger than the engine takes in one request' }
      if (this.#refusesLinesBy.includes(statusCode) && blamesLines.test(said)) return { taken: false, reason: said }
      throw new EngineBusy(`status ${statusCode}: ${said}`, retryAfterMsOf(error), { cause: error })
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  close(): void {
    this.#api.dispose()
    this.#agent.destroy()
  }
}

const isLoopback = (url: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(URL.parse(url)?.hostname ?? '')

/** Seconds or a date [RFC 9110 10.2.3]; the client's own reading takes seconds for milliseconds. 0: nothing is asked. */
function retryAfterMsOf({ headers }: HttpError): number {
  const said = String(headers?.['retry-after'] ?? '').trim()
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now()
  return Math.max(0, ms || 0)
}

const isHeaderOverflow = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'HPE_HEADER_OVERFLOW'

function bodyError({ body, message }: HttpError): string {
  try {
    const parsed: unknown = JSON.parse(body ?? '')
    if (parsed && typeof parsed === 'object') {
      // 1.x and 3.x say `error`, 2.x says `message`.
      if ('error' in parsed && typeof parsed.error === 'string') return parsed.error
      if ('message' in parsed && typeof parsed.message === 'string') return parsed.message
    }
  } catch {
    // Not JSON: a proxy in between; its text is what there is.
  }
  return body || message
}
