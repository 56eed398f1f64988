import { CivitalsError } from '@civitals/contracts/errors'

/** How both clients reach the engine. */
export interface ClientOptions {
  readonly url: string
  /** Sent with every request: authorization. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface QueryClientOptions extends ClientOptions {
  readonly database: string
  readonly path: string
}

/** One table of an answer: rows under columns, all of one tag set. */
export interface QueryTable {
  readonly name: string
  readonly tags?: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly (string | number | null)[])[]
}

interface QueryAnswer {
  readonly error?: string
  readonly results?: readonly { readonly series?: readonly QueryTable[]; readonly error?: string }[]
}

/** Asks InfluxQL, times in ms. One list of tables per statement. */
export class QueryClient {
  readonly #options: QueryClientOptions

  constructor(options: QueryClientOptions) {
    this.#options = options
  }

  async ask(influxql: string): Promise<readonly (readonly QueryTable[])[]> {
    const { url, database, path, headers, timeoutMs } = this.#options
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ db: database, epoch: 'ms', q: influxql }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.status === 401 || response.status === 403) throw deniedError(url, response.status)
    const answer = (await response.json()) as QueryAnswer
    const error = answer.error ?? answer.results?.find((result) => result.error)?.error
    if (error !== undefined) throw new Error(error)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return (answer.results ?? []).map(({ series }) => series ?? [])
  }
}

/** Name or password are wrong, or the rights are missing: trying again does not help. */
export const deniedError = (url: string, status: number): CivitalsError =>
  new CivitalsError('CIV_STORAGE_SERIES_DENIED', `InfluxDB refuses the user or token (status ${status}).`, {
    context: { url, status },
  })
