import { readFileSync } from 'node:fs'
import { CivitalsError } from '@civitals/contracts/errors'
import type { BrokerLogin } from '@civitals/ingest/client-intake'
import type { Arguments } from '../../command.ts'

/** The broker of `--broker` and how the centre logs in to it; undefined: ours is used. Errors: CIV_CLI_USAGE, CIV_CLI_FILE. */
export function brokerLogin({ options }: Arguments): BrokerLogin | undefined {
  const { broker, 'broker-user': user, 'broker-password-file': file } = options
  if (typeof broker !== 'string') {
    if (file === undefined) return undefined
    throw new CivitalsError('CIV_CLI_USAGE', '--broker-password-file goes with --broker')
  }
  const url = URL.canParse(broker) ? new URL(broker) : undefined
  if (url?.protocol !== 'mqtt:' || url.hostname === '')
    throw new CivitalsError('CIV_CLI_USAGE', `--broker takes mqtt://HOST[:PORT], not ${withoutSecrets(broker)}`)
  if (url.username !== '' || url.password !== '') {
    const how = '--broker-user, and --broker-password-file or CIVITALS_BROKER_PASSWORD'
    throw new CivitalsError('CIV_CLI_USAGE', `--broker takes no user and no password in the address: give ${how}`)
  }
  const password = passwordSource(typeof file === 'string' ? file : undefined)
  return { url: broker, ...(password && { username: String(user), password }) }
}

/** Read at once, so that a wrong name is told at the start, and again at each login. */
function passwordSource(file: string | undefined): (() => string) | undefined {
  if (file === undefined) {
    const secret = process.env.CIVITALS_BROKER_PASSWORD
    return secret === undefined ? undefined : () => secret
  }
  const read = (): string => readFileSync(file, 'utf8').split('\n', 1)[0]?.trim() ?? ''
  try {
    read()
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_FILE', `password file ${file} cannot be read`, { cause })
  }
  return read
}

const withoutSecrets = (text: string): string => text.replace(/\/\/[^/@]*@/, '//(hidden)@')
