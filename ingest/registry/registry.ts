import { isDeepStrictEqual } from 'node:util'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Area, City, Gateway, Point, RegistryView, Site, Terminal } from '@civitals/contracts/registry'
import type { StateStore } from '@civitals/storage/state'
import { hashPassword, verifyPassword } from './password.ts'
import { type RegistryRows, readRegistry, writePlaces, writeTerminals } from './rows.ts'

/** A terminal as admission looks it up: by its points, with the values that are beyond belief worked out. */
export interface TerminalEntry {
  readonly terminal: Terminal
  readonly points: ReadonlyMap<string, PointEntry>
}

export interface PointEntry {
  readonly point: Point
  /** Values outside are absurd and rejected; the point's `range` widened by its own span on both sides. */
  readonly lowest: number
  readonly highest: number
}

/** What the centre knows of its city: tables in the state store, a copy in memory that every stage reads. */
export interface Registry extends RegistryView {
  /** Reads the tables again; call it after someone else wrote them. */
  load(): Promise<void>
  /**
   * Registers a whole city document, replacing what it names and leaving the rest; the same again changes nothing. `secrets`:
   * password by gateway id; a gateway that is not named there keeps the password it has. Errors: CIV_INGEST_REGISTRY_DANGLING.
   */
  apply(city: City, secrets?: Readonly<Record<string, string>>): Promise<void>
  /** Registers one terminal; readings set aside for want of it are admitted. Errors: CIV_INGEST_REGISTRY_DANGLING. */
  registerTerminal(terminal: Terminal): Promise<void>
  /** The terminal as admission wants it, undefined when it is not registered. */
  entry(terminal: string): TerminalEntry | undefined
  /** scrypt hash of a gateway's password; undefined: no such gateway, or one that may not connect yet. */
  passwordHash(gateway: string): string | undefined
  /** Calls `listener` after every change of the copy in memory, until disposed. */
  onChange(listener: () => void): Disposable
}

/** Opens the registry and reads it into memory. The store must have `ingestMigrations`. Errors: those of the state store. */
export async function openRegistry(state: StateStore): Promise<Registry> {
  const registry = new StoredRegistry(state)
  await registry.load()
  return registry
}

const byId = <T extends { readonly id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]))

class StoredRegistry implements Registry {
  readonly #state: StateStore
  readonly #listeners = new Set<() => void>()
  #rows: RegistryRows = {
    city: undefined,
    areas: [],
    sites: [],
    gateways: [],
    terminals: [],
    passwordHashes: new Map(),
  }
  #areas = new Map<string, Area>()
  #sites = new Map<string, Site>()
  #gateways = new Map<string, Gateway>()
  #entries = new Map<string, TerminalEntry>()

  constructor(state: StateStore) {
    this.#state = state
  }

  get city(): RegistryView['city'] {
    return this.#rows.city ?? { id: '', name: { zh: '', en: '' }, timeZone: 'Asia/Shanghai' }
  }

  areas = (): readonly Area[] => this.#rows.areas
  sites = (): readonly Site[] => this.#rows.sites
  gateways = (): readonly Gateway[] => this.#rows.gateways
  terminals = (): readonly Terminal[] => this.#rows.terminals
  area = (id: string): Area | undefined => this.#areas.get(id)
  site = (id: string): Site | undefined => this.#sites.get(id)
  gateway = (id: string): Gateway | undefined => this.#gateways.get(id)
  terminal = (id: string): Terminal | undefined => this.#entries.get(id)?.terminal
  point = (terminal: string, point: string): Point | undefined => this.#entries.get(terminal)?.points.get(point)?.point
  entry = (terminal: string): TerminalEntry | undefined => this.#entries.get(terminal)
  passwordHash = (gateway: string): string | undefined => this.#rows.passwordHashes.get(gateway)

  async load(): Promise<void> {
    const rows = await readRegistry(this.#state.db)
    this.#rows = rows
    this.#areas = byId(rows.areas)
    this.#sites = byId(rows.sites)
    this.#gateways = byId(rows.gateways)
    this.#entries = new Map(rows.terminals.map((terminal) => [terminal.id, entryOf(terminal)]))
    for (const listener of this.#listeners) listener()
  }

  async apply(city: City, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const terminal of city.terminals) this.#checkTerminal(terminal, byId(city.gateways), byId(city.sites))
    const hashes = new Map(this.#rows.passwordHashes)
    for (const [gateway, hash] of await this.#newHashes(secrets)) hashes.set(gateway, hash)
    const changed = city.terminals
      .map((terminal, place) => ({ place, terminal }))
      .filter(({ terminal }) => !isDeepStrictEqual(terminal, this.terminal(terminal.id)))
    await this.#state.transaction(async (tx) => {
      await writePlaces(tx, city, hashes)
      await writeTerminals(tx, changed)
    })
    await this.load()
  }

  async registerTerminal(terminal: Terminal): Promise<void> {
    this.#checkTerminal(terminal, this.#gateways, this.#sites)
    const known = this.#rows.terminals.findIndex(({ id }) => id === terminal.id)
    const place = known < 0 ? this.#rows.terminals.length : known
    await this.#state.transaction((tx) => writeTerminals(tx, [{ place, terminal }]))
    await this.load()
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Hashes of the passwords that are not the stored ones: hashing again would change the row at every start. */
  async #newHashes(secrets: Readonly<Record<string, string>>): Promise<readonly (readonly [string, string])[]> {
    const hashes = Object.entries(secrets).map(async ([gateway, password]) => {
      const known = this.passwordHash(gateway)
      if (known && (await verifyPassword(Buffer.from(password), known))) return [gateway, known] as const
      return [gateway, await hashPassword(password)] as const
    })
    return Promise.all(hashes)
  }

  #checkTerminal(terminal: Terminal, gateways: ReadonlyMap<string, Gateway>, sites: ReadonlyMap<string, Site>): void {
    const gatewayKnown = gateways.has(terminal.gateway) || this.#gateways.has(terminal.gateway)
    const siteKnown = sites.has(terminal.site) || this.#sites.has(terminal.site)
    if (gatewayKnown && siteKnown) return
    const missing = gatewayKnown ? `site ${terminal.site}` : `gateway ${terminal.gateway}`
    throw new CivitalsError('CIV_INGEST_REGISTRY_DANGLING', `Terminal ${terminal.id} names the unknown ${missing}.`, {
      context: { terminal: terminal.id, gateway: terminal.gateway, site: terminal.site },
    })
  }
}

/** A terminal as admission looks it up. */
export function entryOf(terminal: Terminal): TerminalEntry {
  return { terminal, points: new Map(terminal.points.map((point) => [point.id, pointEntryOf(point)])) }
}

function pointEntryOf(point: Point): PointEntry {
  if (!point.range) return { point, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
  const [low, high] = point.range
  const span = high - low
  return { point, lowest: low - span, highest: high + span }
}
