import { CivitalsError } from '@civitals/contracts/errors'
import type { StateStore } from '@civitals/storage/state'
import { derivedId } from '../cases/ids.ts'
import type { EndpointTable, WorkorderTables } from '../store/tables.ts'
import { isFilterWord } from './event.ts'
import { checkSecret, createSecret } from './signature.ts'

/** What is asked for when a receiver is added. `types`: event types or families like `civitals.alarm.*`; none: all. */
export interface NewEndpoint {
  readonly url: string
  readonly secret?: string
  readonly types?: readonly string[]
}

/** A receiver as lists show it: never its secret. */
export interface EndpointView {
  readonly id: string
  readonly url: string
  readonly types: readonly string[]
  readonly enabled: boolean
  readonly createdAt: number
  readonly disabledAt?: number
  readonly disabledReason?: string
}

/** A receiver with what is needed to send to it. */
export interface Endpoint extends EndpointView {
  readonly secret: string
}

/** The receivers, in memory beside their table: written seldom, asked at every event. */
export class Endpoints {
  readonly #state: StateStore
  readonly #byId = new Map<string, Endpoint>()

  private constructor(state: StateStore) {
    this.#state = state
  }

  static async open(state: StateStore): Promise<Endpoints> {
    const endpoints = new Endpoints(state)
    const rows = await state.db.withTables<WorkorderTables>().selectFrom('webhook_endpoint').selectAll().execute()
    for (const row of rows) endpoints.#byId.set(row.id, endpointOf(row))
    return endpoints
  }

  all(): readonly Endpoint[] {
    return [...this.#byId.values()]
  }

  enabled(): readonly Endpoint[] {
    return this.all().filter(({ enabled }) => enabled)
  }

  get(id: string): Endpoint | undefined {
    return this.#byId.get(id)
  }

  /** Adds a receiver, or enables the one of that URL again with the new filter; its secret stays unless one is given. */
  async add(endpoint: NewEndpoint, now: number): Promise<Endpoint> {
    const { url, types = [] } = endpoint
    endpointUrl(url)
    if (endpoint.secret !== undefined) checkSecret(endpoint.secret)
    const wrong = types.find((word) => !isFilterWord(word))
    if (wrong !== undefined) {
      throw new CivitalsError('CIV_WORKORDERS_EVENT_TYPE_UNKNOWN', `no event is of type ${wrong}`, {
        context: { type: wrong },
      })
    }
    const id = derivedId('ep', url)
    const secret = endpoint.secret ?? this.#byId.get(id)?.secret ?? createSecret()
    const changes = { secret, types: JSON.stringify(types), disabled_at: null, disabled_reason: null }
    const row = { id, url, created_at: this.#byId.get(id)?.createdAt ?? now, ...changes }
    await this.#state.transaction(async (tx) => {
      await tx
        .withTables<WorkorderTables>()
        .insertInto('webhook_endpoint')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    })
    const added = endpointOf(row)
    this.#byId.set(id, added)
    return added
  }

  /** Takes note that a receiver was disabled; the table was written by who found out. */
  disabled(id: string, at: number, reason: string): void {
    const endpoint = this.#byId.get(id)
    if (endpoint) this.#byId.set(id, { ...endpoint, enabled: false, disabledAt: at, disabledReason: reason })
  }
}

const endpointOf = (row: EndpointTable): Endpoint => ({
  id: row.id,
  url: row.url,
  secret: row.secret,
  types: JSON.parse(row.types) as string[],
  enabled: row.disabled_at === null,
  createdAt: row.created_at,
  ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
  ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason }),
})

/** The view of a receiver without its secret. */
export function viewOf(endpoint: Endpoint): EndpointView {
  const { secret: _, ...view } = endpoint
  return view
}

/** The URL of a receiver. Throws CIV_WORKORDERS_ENDPOINT_INVALID unless it is http or https without user and password. */
export function endpointUrl(text: string): URL {
  const url = URL.parse(text)
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url && web && url.username === '' && url.password === '') return url
  throw new CivitalsError(
    'CIV_WORKORDERS_ENDPOINT_INVALID',
    'an endpoint is an http or https URL without user or password',
  )
}
