import { readFileSync } from 'node:fs'
import { CivitalsError } from '@civitals/contracts/errors'

/** First line of a file a configuration names. */
export function secretOf(line: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch (cause) {
    const message = `line ${line}: password file ${file} cannot be read`
    throw new CivitalsError('CIV_GATEWAY_CONFIG', message, { cause, context: { problems: [message] } })
  }
}
