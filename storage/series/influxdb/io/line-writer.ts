import { HttpError, InfluxDB, type WriteApi } from '@influxdata/influxdb-client'
import { encodeLine, type Line } from '../line-protocol.ts'
import type { LineAnswer } from '../settle-lines.ts'
import { deniedError, type QueryClientOptions } from './query-client.ts'

/** Lines of one request at most; with the usual ten points of a terminal about 1 MB. */
export const linesPerRequest = 5000

/** The engine speaks of the lines themselves, not of its own state [InfluxDB 1.x API reference, /write, status 400]. */
const blamesLines =
  /partial write|unable to parse|field type conflict|missing fields|invalid (field|tag|number|timestamp)/i

/** Writes lines by the official client on the 1.x path. Its buffer and retries stay unused: one call is one request. */
export class LineWriter {
  readonly #url: string
  readonly #api: WriteApi

  constructor({ url, database, headers, timeoutMs }: QueryClientOptions) {
    this.#url = url
    const client = new InfluxDB({ url, headers: { ...headers }, timeout: timeoutMs })
    this.#api = client.getWriteApi('', database, 'ms', {
      // One more than we send: a full buffer would be flushed by the client itself, its error logged and lost.
      batchSize: linesPerRequest + 1,
      maxBatchBytes: Number.POSITIVE_INFINITY,
      flushInterval: 0,
      maxRetries: 0,
      // An answer of ours keeps the client from logging to the console.
      writeFailed: (error) => Promise.reject(error),
    })
    // The path is a public field: the same client writes 1.x and 2.x.
    this.#api.path = `/write?db=${encodeURIComponent(database)}&precision=ms`
  }

  /** Rejects when the engine is out of reach, busy or refuses us; a refusal of lines is an answer. */
  async send(lines: readonly Line[]): Promise<LineAnswer> {
    this.#api.writeRecords(lines.map(encodeLine))
    try {
      await this.#api.flush()
      return { taken: true }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      const { statusCode } = error
      if (statusCode === 401 || statusCode === 403) throw deniedError(this.#url, statusCode)
      const said = bodyError(error)
      if (statusCode === 413) return { taken: false, reason: 'larger than the engine takes in one request' }
      if (statusCode === 400 && blamesLines.test(said)) return { taken: false, reason: said }
      throw new Error(`status ${statusCode}: ${said}`, { cause: error })
    }
  }

  close(): void {
    this.#api.dispose()
  }
}

function bodyError({ body, message }: HttpError): string {
  try {
    const parsed: unknown = JSON.parse(body ?? '')
    if (parsed && typeof parsed === 'object' && 'error' in parsed && typeof parsed.error === 'string') {
      return parsed.error
    }
  } catch {
    // Not JSON: a proxy in between; its text is what there is.
  }
  return body || message
}
