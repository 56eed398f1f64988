import { readFileSync } from 'node:fs'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Arguments } from '../../command.ts'

/** Where an InfluxDB is and how we log in to it. */
export interface InfluxdbPlace {
  readonly url: string
  readonly database: string
  readonly release: '1' | '2' | '3'
  readonly org?: string
  readonly login: { readonly username?: string; readonly password?: string; readonly token?: string }
}

/** Which engine keeps the readings. */
export type StoreChoice = { readonly engine: 'duckdb' } | ({ readonly engine: 'influxdb' } & InfluxdbPlace)

type Environment = Readonly<Record<string, string | undefined>>

/** By `--store-url` or CIVITALS_STORE_URL and what goes with them; secrets by environment or file alone. Errors: CIV_CLI_USAGE, CIV_CLI_FILE. */
export function storeChoice({ options }: Arguments, environment: Environment): StoreChoice {
  const told = (option: string, variable: string): string | undefined =>
    typeof options[option] === 'string' ? options[option] : environment[variable]
  const url = told('store-url', 'CIVITALS_STORE_URL')
  const store = options.store ?? (url === undefined ? 'duckdb' : 'influxdb')
  if (store === 'duckdb' && typeof options['store-url'] !== 'string') return { engine: 'duckdb' }
  if (store !== 'influxdb') {
    const what = store === 'duckdb' ? 'duckdb takes no --store-url' : `takes duckdb or influxdb, not ${String(store)}`
    throw new CivitalsError('CIV_CLI_USAGE', `--store ${what}`)
  }
  if (url === undefined) {
    throw new CivitalsError('CIV_CLI_USAGE', '--store influxdb needs --store-url http://HOST:8086/DATABASE')
  }
  const org = told('store-org', 'CIVITALS_STORE_ORG')
  const { username, ...place } = placeOf(url)
  return {
    engine: 'influxdb',
    ...place,
    release: releaseOf(told('store-release', 'CIVITALS_STORE_RELEASE') ?? '1'),
    ...(org !== undefined && { org }),
    login: loginOf(environment, username),
  }
}

function placeOf(text: string): { url: string; database: string; username?: string } {
  const url = URL.parse(text)
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '')
  if (!url || !/^https?:$/.test(url.protocol) || database === '' || database.includes('/')) {
    const message = `--store-url takes http://HOST:8086/DATABASE, not ${withoutSecrets(text)}`
    throw new CivitalsError('CIV_CLI_USAGE', message)
  }
  if (url.password !== '') {
    const how = 'CIVITALS_STORE_PASSWORD, or CIVITALS_STORE_PASSWORD_FILE'
    throw new CivitalsError('CIV_CLI_USAGE', `--store-url takes no password: give ${how}`)
  }
  return { url: url.origin, database, ...(url.username && { username: decodeURIComponent(url.username) }) }
}

function releaseOf(text: string): InfluxdbPlace['release'] {
  if (text === '1' || text === '2' || text === '3') return text
  throw new CivitalsError('CIV_CLI_USAGE', `--store-release takes 1, 2 or 3, not ${text}`)
}

function loginOf(environment: Environment, named: string | undefined): InfluxdbPlace['login'] {
  const username = named ?? environment.CIVITALS_STORE_USER
  const password = secret(environment, 'CIVITALS_STORE_PASSWORD')
  const token = secret(environment, 'CIVITALS_STORE_TOKEN')
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(token !== undefined && { token }),
  }
}

/** The variable itself, or the first line of the file that `<variable>_FILE` names. */
function secret(environment: Environment, variable: string): string | undefined {
  const file = environment[`${variable}_FILE`]
  if (environment[variable] !== undefined || file === undefined) return environment[variable]
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_FILE', `${variable}_FILE ${file} cannot be read`, { cause })
  }
}

const withoutSecrets = (text: string): string => text.replace(/\/\/[^/@]*@/, '//(hidden)@')
