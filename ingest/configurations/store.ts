import type { EpochMs } from '@civitals/contracts/clock'
import type { StateStore, StateTx } from '@civitals/storage/state'
import { upsert } from '../rows/upsert.ts'

/** A configuration a gateway has told of; `document`: JSON of `Configuration`. */
export interface StoredConfiguration {
  readonly gateway: string
  readonly hash: string
  readonly document: string
  readonly heardAt: EpochMs
}

export interface ConfigurationChange {
  readonly added: readonly StoredConfiguration[]
  readonly dropped: readonly StoredConfiguration[]
}

type ConfigurationTables = {
  gateway_configuration: { gateway: string; hash: string; document: string; heard_at: number }
}

/** All of them, the ones heard first in front. */
export async function readConfigurations(state: StateStore): Promise<readonly StoredConfiguration[]> {
  const query = state.db.withTables<ConfigurationTables>().selectFrom('gateway_configuration').selectAll()
  const rows = await query.orderBy('heard_at').execute()
  return rows.map(({ heard_at, ...row }) => ({ ...row, heardAt: heard_at }))
}

export async function writeConfigurations(tx: StateTx, { added, dropped }: ConfigurationChange): Promise<void> {
  const tables = tx.withTables<ConfigurationTables>()
  for (const { gateway, hash } of dropped)
    await tables.deleteFrom('gateway_configuration').where('gateway', '=', gateway).where('hash', '=', hash).execute()
  await upsert<ConfigurationTables, 'gateway_configuration'>(
    tx,
    'gateway_configuration',
    ['gateway', 'hash'],
    added.map(({ heardAt, ...row }) => ({ ...row, heard_at: heardAt })),
  )
}
