import type { Configuration } from '@civitals/contracts/configuration'
import { configurationHash, encodeConfigurations } from '@civitals/contracts/encode-configuration'

/** A configuration that gives the points of t1 in these units. */
export function configurationOf(units: Readonly<Record<string, string>>, settings = 'test'): Configuration {
  const points = Object.entries(units).map(([point, unit]): [string, [string, number]] => [point, [unit, 0.01]])
  const content = { settings, sets: { gauge: Object.fromEntries(points) }, terminals: { t1: 'gauge' } }
  return { ...content, config: configurationHash(content) }
}

/** The message that tells of them, newest first. */
export function toldOf(...configurations: Configuration[]): Uint8Array {
  const bytes = encodeConfigurations(configurations)
  if (!bytes) throw new Error('too large for the wire')
  return bytes
}
