import type { EpochMs } from '@civitals/contracts/clock'
import { type Configuration, decodeConfigurations } from '@civitals/contracts/configuration'
import { isToldHash } from '@civitals/contracts/encode-configuration'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { type ConfigurationChange, readConfigurations, type StoredConfiguration, writeConfigurations } from './store.ts'

/** Units of a terminal's points by point id. */
export type PointUnits = ReadonlyMap<string, string>

/**
 * What units a terminal's numbers are in. `unknown`: its gateway has not told the configuration yet. Undefined: its gateway never tells one, so
 * that they are those of the registry.
 */
export type UnitsOf = (gateway: string, config: string, terminal: string) => PointUnits | 'unknown' | undefined

/** Kept of one gateway. More, a gateway that is out of its mind says: the ones heard first go. */
export const mostKept = { configurations: 512, bytes: 8 * 1024 * 1024 }

interface Kept {
  readonly row: StoredConfiguration
  readonly units: ReadonlyMap<string, PointUnits>
}

/**
 * Every configuration gateways have told of, for good: readings may wait in a spool for months. Known from the moment one is heard, and stored with
 * the settlement of the first readings that came after it.
 */
export class ConfigurationBook {
  readonly #gateways = new Map<string, Map<string, Kept>>()
  readonly #added = new Set<StoredConfiguration>()
  readonly #dropped = new Set<StoredConfiguration>()

  private constructor(rows: readonly StoredConfiguration[]) {
    for (const row of rows) this.#of(row.gateway).set(row.hash, keptOf(row))
  }

  static async open(state: StateStore): Promise<ConfigurationBook> {
    return new ConfigurationBook(await readConfigurations(state))
  }

  readonly unitsOf: UnitsOf = (gateway, config, terminal) => {
    if (!isToldHash(config)) return undefined
    const kept = this.#gateways.get(gateway)?.get(config)
    return kept ? (kept.units.get(terminal) ?? nothing) : 'unknown'
  }

  /** Takes a message of topic kind `config/state`. Returns what is wrong with it; undefined: nothing. */
  hear(gateway: string, payload: Uint8Array, now: EpochMs): string | undefined {
    const decoded = decodeConfigurations(payload)
    if (!decoded.ok) return decoded.reason
    const kept = this.#of(gateway)
    const told = new Set(decoded.configurations.map(({ config }) => config))
    for (const configuration of decoded.configurations.toReversed()) {
      if (kept.has(configuration.config)) continue
      const row = rowOf(gateway, configuration, now)
      kept.set(row.hash, { row, units: unitsIn(configuration) })
      this.#added.add(row)
    }
    this.#bound(kept, told)
    return undefined
  }

  get hasPending(): boolean {
    return this.#added.size + this.#dropped.size > 0
  }

  /** What is not stored yet. */
  pending(): ConfigurationChange {
    return { added: [...this.#added], dropped: [...this.#dropped] }
  }

  write(tx: StateTx, change: ConfigurationChange): Promise<void> {
    return writeConfigurations(tx, change)
  }

  committed({ added, dropped }: ConfigurationChange): void {
    for (const row of added) this.#added.delete(row)
    for (const row of dropped) this.#dropped.delete(row)
  }

  #of(gateway: string): Map<string, Kept> {
    const kept = this.#gateways.get(gateway) ?? new Map<string, Kept>()
    this.#gateways.set(gateway, kept)
    return kept
  }

  /** What was told just now stays. */
  #bound(kept: Map<string, Kept>, told: ReadonlySet<string>): void {
    let bytes = 0
    for (const { row } of kept.values()) bytes += row.document.length
    for (const [hash, { row }] of kept) {
      if (kept.size <= mostKept.configurations && bytes <= mostKept.bytes) return
      if (told.has(hash)) continue
      kept.delete(hash)
      bytes -= row.document.length
      if (!this.#added.delete(row)) this.#dropped.add(row)
    }
  }
}

const nothing: PointUnits = new Map()

const rowOf = (gateway: string, configuration: Configuration, heardAt: EpochMs): StoredConfiguration => ({
  ...{ gateway, hash: configuration.config, document: JSON.stringify(configuration), heardAt },
})

const keptOf = (row: StoredConfiguration): Kept => ({ row, units: unitsIn(JSON.parse(row.document) as Configuration) })

function unitsIn({ sets, terminals }: Configuration): ReadonlyMap<string, PointUnits> {
  const bySet = new Map(
    Object.entries(sets).map(([name, points]) => [
      name,
      new Map(Object.entries(points).map(([point, [unit]]) => [point, unit])),
    ]),
  )
  return new Map(Object.entries(terminals).map(([terminal, name]) => [terminal, bySet.get(name) ?? nothing]))
}
