import { CivitalsError } from '@civitals/contracts/errors'
import type { Problem } from './shapes.ts'

export const problemType = 'application/problem+json; charset=utf-8'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Not possible now',
  413: 'Too large',
  415: 'Unsupported media type',
  500: 'Internal error',
  503: 'Not available now',
}

/** A problem document [RFC 9457 3]: `type` is the error code where there is one. */
export function problem(status: number, detail: string, more: Partial<Problem> = {}): Problem {
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, detail, ...more }
}

/** Nothing of that id. */
export const notFound = (what: string, id: string): CivitalsError =>
  new CivitalsError('CIV_DASHBOARDS_UNKNOWN', `there is no ${what} ${id}`, { context: { what, id } })

const statusOfCode: readonly (readonly [RegExp, number])[] = [
  [/UNKNOWN|NOT_FOUND|NO_SUCH|_ABSENT/, 404],
  [/BAD_|INVALID|MALFORMED/, 400],
  [/FORBIDDEN|NOT_ALLOWED|DENIED/, 403],
]

/** HTTP status of one of our errors: what is unknown 404, what was asked wrongly 400, what may work later 503, else 409. */
export function statusOf(error: CivitalsError): number {
  if (error.retryable) return 503
  return statusOfCode.find(([pattern]) => pattern.test(error.code))?.[1] ?? 409
}

interface Thrown {
  readonly statusCode?: unknown
  readonly message?: unknown
  readonly problems?: Problem['errors']
}

/** The problem document of anything thrown. What is not ours and not a client's fault says nothing of itself. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof CivitalsError) {
    return problem(statusOf(thrown), thrown.message, { type: `urn:civitals:error:${thrown.code}` })
  }
  const { statusCode, message, problems } = (thrown ?? {}) as Thrown
  const status = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500
  const detail = status === 500 ? 'The centre could not answer; its log says why.' : String(message)
  return problem(status, detail, problems ? { errors: problems } : {})
}
