import { readFileSync } from 'node:fs'
import { CivitalsError } from '@civitals/contracts/errors'

/** First line of a file a configuration names. Throws CIV_GATEWAY_CONFIG. */
export const secretOf = (line: string, file: string): string =>
  contentsOf(line, 'password file', file).split('\n', 1)[0]?.trim() ?? ''

/** All of a file a configuration names; `what` it is called there. Throws CIV_GATEWAY_CONFIG. */
export function contentsOf(line: string, what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = `line ${line}: ${what} ${file} cannot be read`
    throw new CivitalsError('CIV_GATEWAY_CONFIG', message, { cause, context: { problems: [message] } })
  }
}
