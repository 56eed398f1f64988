/** The areas of error codes, one per workspace. */
export type ErrorArea =
  | 'CONTRACTS'
  | 'STORAGE'
  | 'BRIDGE'
  | 'SIMULATOR'
  | 'GATEWAY'
  | 'INGEST'
  | 'INDICATORS'
  | 'ALARMS'
  | 'WORKORDERS'
  | 'DASHBOARDS'
  | 'CLI'

/** `CIV_<AREA>_<WHAT>`: a literal that is looked up in docs/errors.md. */
export type ErrorCode = `CIV_${ErrorArea}_${string}`

export interface ErrorDetail {
  /** Whether the same call may succeed later without anyone changing anything. Default false. */
  readonly retryable?: boolean
  /** Facts that help to find the cause. Never secrets. */
  readonly context?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The one error class of the project. Expected outcomes (a silent terminal, a rejected reading) are return values instead. */
export class CivitalsError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly context: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'CivitalsError'
    this.code = code
    this.retryable = detail.retryable ?? false
    this.context = detail.context ?? {}
  }
}
