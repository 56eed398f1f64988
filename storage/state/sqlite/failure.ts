import { CivitalsError } from '@civitals/contracts/errors'
import type { Failure } from './protocol.ts'

/** Primary result codes after which the same call may succeed by itself [sqlite.org/rescode]. */
const passing = new Set([5 /* BUSY */, 6 /* LOCKED */, 7 /* NOMEM */, 10 /* IOERR */, 13 /* FULL */, 14 /* CANTOPEN */])
const constraint = 19

/** A failure of the database as an error of ours; the statement is named, its parameters never are. */
export function stateError(failure: Failure, sql?: string): CivitalsError {
  const context = { errcode: failure.errcode, ...(sql === undefined ? {} : { sql }) }
  const primary = failure.errcode & 0xff
  if (passing.has(primary)) {
    return new CivitalsError(
      'CIV_STORAGE_STATE_UNAVAILABLE',
      `The state store cannot be used now: ${failure.message}.`,
      {
        retryable: true,
        context,
      },
    )
  }
  if (primary === constraint) {
    return new CivitalsError(
      'CIV_STORAGE_STATE_CONSTRAINT',
      `A rule of the state store forbids it: ${failure.message}.`,
      {
        context,
      },
    )
  }
  return new CivitalsError('CIV_STORAGE_STATE_SQL', `The state store refused a statement: ${failure.message}.`, {
    context,
  })
}

/** The database thread ended; a file is opened again by the next call, so trying again is right. */
export function threadLost(cause: unknown, retryable: boolean): CivitalsError {
  return new CivitalsError('CIV_STORAGE_STATE_LOST', 'The thread of the state store ended before it answered.', {
    retryable,
    cause,
  })
}
