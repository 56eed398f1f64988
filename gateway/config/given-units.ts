import type { Configuration } from '@civitals/contracts/configuration'
import { configurationHash } from '@civitals/contracts/encode-configuration'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { settingsDigest } from './config.ts'
import type { GatewayConfig } from './schema.ts'

/** What the centre must know of a configuration to read its numbers: units and resolutions as the profiles give them. */
export function givenUnits(config: GatewayConfig, profiles: Readonly<Record<string, Profile>>): Configuration {
  const versions = Object.fromEntries(Object.entries(profiles).map(([id, { version }]) => [id, version]))
  const sets = Object.fromEntries(Object.entries(profiles).map(([id, { points }]) => [id, pointsOf(points)]))
  const terminals = Object.fromEntries(
    config.lines.flatMap((line) => line.terminals.map(({ id, profile }) => [id, profile] as const)),
  )
  const content = { settings: settingsDigest(config, versions), sets, terminals }
  return { config: configurationHash(content), ...content }
}

const pointsOf = (points: Profile['points']): Configuration['sets'][string] =>
  Object.fromEntries(points.map(({ id, unit, resolution }) => [id, [unit, resolution]]))
