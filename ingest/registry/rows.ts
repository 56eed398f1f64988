import type { Area, City, Gateway, Point, Site, Terminal } from '@civitals/contracts/registry'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { upsert } from '../rows/upsert.ts'
import type { RegistryTables } from './tables.ts'

/** The registry as its tables hold it, in the order its documents listed it. */
export interface RegistryRows {
  readonly city: Pick<City, 'id' | 'name' | 'timeZone'> | undefined
  readonly areas: readonly Area[]
  readonly sites: readonly Site[]
  readonly gateways: readonly Gateway[]
  readonly terminals: readonly Terminal[]
  readonly passwordHashes: ReadonlyMap<string, string>
}

const parse = <T>(row: { document: string }): T => JSON.parse(row.document) as T

/** Everything registered. The documents were checked before they were written. */
export async function readRegistry(db: StateStore['db']): Promise<RegistryRows> {
  const tables = db.withTables<RegistryTables>()
  const city = await tables.selectFrom('registry_city').selectAll().executeTakeFirst()
  const areas = await tables.selectFrom('registry_area').selectAll().orderBy('place').orderBy('id').execute()
  const sites = await tables.selectFrom('registry_site').selectAll().orderBy('place').orderBy('id').execute()
  const gateways = await tables.selectFrom('registry_gateway').selectAll().orderBy('place').orderBy('id').execute()
  const terminals = await tables.selectFrom('registry_terminal').selectAll().orderBy('place').orderBy('id').execute()
  const points = await tables.selectFrom('registry_point').selectAll().orderBy('place').orderBy('id').execute()
  const pointsOf = Map.groupBy(points, (row) => row.terminal)
  return {
    city: city && parse<City>(city),
    areas: areas.map(parse<Area>),
    sites: sites.map(parse<Site>),
    gateways: gateways.map(parse<Gateway>),
    terminals: terminals.map((row) => ({
      ...parse<Omit<Terminal, 'points'>>(row),
      points: (pointsOf.get(row.id) ?? []).map(parse<Point>),
    })),
    passwordHashes: new Map(gateways.flatMap((row) => (row.password_hash ? [[row.id, row.password_hash]] : []))),
  }
}

/** Writes the city's own row, its areas, sites and gateways; a gateway without a new hash keeps the one it has. */
export async function writePlaces(tx: StateTx, city: City, hashes: ReadonlyMap<string, string>): Promise<void> {
  const { id, name, timeZone, areas, sites, gateways } = city
  const document = (value: unknown) => JSON.stringify(value)
  const rows = <T, R>(items: readonly T[], row: (item: T, place: number) => R): R[] => items.map(row)
  await write(tx, 'registry_city', 'one', [{ one: 1, document: document({ id, name, timeZone }) }])
  await write(
    tx,
    'registry_area',
    'id',
    rows(areas, (area, place) => ({ id: area.id, place, document: document(area) })),
  )
  await write(
    tx,
    'registry_site',
    'id',
    rows(sites, (site, place) => ({ id: site.id, place, area: site.area, document: document(site) })),
  )
  await write(
    tx,
    'registry_gateway',
    'id',
    rows(gateways, (gateway, place) => ({
      id: gateway.id,
      place,
      document: document(gateway),
      password_hash: hashes.get(gateway.id) ?? null,
    })),
  )
}

/** A terminal and its place in the order its document lists them. */
export interface PlacedTerminal {
  readonly place: number
  readonly terminal: Terminal
}

/** Writes terminals and their points; points a terminal no longer lists go. */
export async function writeTerminals(tx: StateTx, terminals: readonly PlacedTerminal[]): Promise<void> {
  const rows = terminals.map(({ place, terminal: { points, ...rest } }) => ({
    id: rest.id,
    place,
    gateway: rest.gateway,
    site: rest.site,
    document: JSON.stringify(rest),
  }))
  await write(tx, 'registry_terminal', 'id', rows)
  const tables = tx.withTables<RegistryTables>()
  for (const { id } of rows) await tables.deleteFrom('registry_point').where('terminal', '=', id).execute()
  const points = terminals.flatMap(({ terminal }) =>
    terminal.points.map((point, place) => ({
      terminal: terminal.id,
      id: point.id,
      place,
      document: JSON.stringify(point),
    })),
  )
  await upsert<RegistryTables, 'registry_point'>(tx, 'registry_point', ['terminal', 'id'], points)
}

const write = <Name extends keyof RegistryTables>(
  tx: StateTx,
  table: Name,
  key: keyof RegistryTables[Name] & string,
  rows: readonly RegistryTables[Name][],
): Promise<void> => upsert<RegistryTables, Name>(tx, table, [key], rows)
