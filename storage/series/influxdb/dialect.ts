/** Where readings lie: `database` is a bucket to 2.x. */
export interface Place {
  readonly database: string
  /** 2.x only. */
  readonly org?: string
}

/** How we say who we are; a token goes before a user. */
export interface Login {
  readonly username?: string
  readonly password?: string
  readonly token?: string
}

/** One difference between releases: what it is, what people are told of it, and which server has confirmed it. */
export interface Trait<T> {
  readonly is: T
  readonly told: string
  /** Server and version the tests run against; false: from the documentation alone. */
  readonly tested: string | false
}

/** Everything that differs between the releases; docs/influxdb.md shows the same table, held equal by a test. */
export interface Dialect {
  /** Path and query lines are posted to, times in ms. */
  readonly writePath: Trait<(place: Place) => string>
  /** The `authorization` header. */
  readonly authorization: Trait<(login: Login) => string | undefined>
  /** Whether a database that is missing is made by us, with InfluxQL. */
  readonly makesDatabase: Trait<boolean>
  /** Statuses that may blame lines; which of them do, the text says. */
  readonly refusesLinesBy: Trait<readonly number[]>
  /** Where InfluxQL is asked. */
  readonly queryPath: Trait<string>
}

const influxd = 'influxdb 1.6.7'
const victoria = 'victoria-metrics 1.79.5'

const bucketPath = ({ database, org = '' }: Place): string =>
  `/api/v2/write?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(database)}&precision=ms`

const basic = ({ username, password = '' }: Login): string | undefined =>
  username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** Releases by their first number [InfluxDB documentation: 1.x and 2.x API reference, 3 Core compatibility endpoints]. */
export const dialects = {
  '1': {
    writePath: {
      is: ({ database }) => `/write?db=${encodeURIComponent(database)}&precision=ms`,
      told: '`/write?db=DATABASE`',
      tested: influxd,
    },
    authorization: { is: basic, told: 'user and password, `Basic`', tested: influxd },
    makesDatabase: { is: true, told: 'made when missing, by `CREATE DATABASE`', tested: influxd },
    refusesLinesBy: { is: [400], told: '400', tested: influxd },
    queryPath: { is: '/query', told: 'InfluxQL at `/query`', tested: influxd },
  },
  '2': {
    writePath: { is: bucketPath, told: '`/api/v2/write?org=ORG&bucket=DATABASE`', tested: victoria },
    authorization: {
      is: (login) => (login.token === undefined ? basic(login) : `Token ${login.token}`),
      told: 'token, `Token`',
      tested: false,
    },
    makesDatabase: { is: false, told: 'make the bucket yourself, with its DBRP mapping', tested: false },
    refusesLinesBy: { is: [400, 422], told: '400 or 422', tested: false },
    queryPath: { is: '/query', told: 'InfluxQL at `/query`, through the DBRP mapping', tested: false },
  },
  '3': {
    writePath: { is: bucketPath, told: '`/api/v2/write?bucket=DATABASE`', tested: victoria },
    authorization: {
      is: ({ token }) => (token === undefined ? undefined : `Bearer ${token}`),
      told: 'token, `Bearer`',
      tested: false,
    },
    makesDatabase: { is: false, told: 'made by the first write', tested: false },
    refusesLinesBy: { is: [400], told: '400', tested: false },
    queryPath: { is: '/query', told: 'InfluxQL at `/query`', tested: false },
  },
} as const satisfies Readonly<Record<string, Dialect>>

export type Release = keyof typeof dialects
export const releases: readonly Release[] = ['1', '2', '3']
export const dialectOf = (release: Release): Dialect => dialects[release]
