import type { City } from '@civitals/contracts/registry'

/** A password per gateway. */
export type Secrets = Readonly<Record<string, string>>

/** Passwords for every gateway of a city: those that exist, and new ones from `random` for the rest. */
export function completeSecrets(city: City, existing: Secrets, random: () => string): Secrets {
  return Object.fromEntries(city.gateways.map(({ id }) => [id, existing[id] ?? random()]))
}
