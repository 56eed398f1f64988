import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { checkConfig, configHash } from '../config.ts'
import { type GatewaySettings, settingsOf } from '../settings.ts'

/** What a gateway needs to run: plain data, so that it can change threads. */
export interface Prepared {
  readonly settings: GatewaySettings
  /** Hash of the configuration and the versions of its profiles. */
  readonly hash: string
  /** Profiles its terminals name, by id. */
  readonly profiles: Readonly<Record<string, Profile>>
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  /** Lines for a person: `file:line:column: key: message`. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads and checks a configuration file against the shipped profiles. Never throws for what a person wrote. */
export async function prepare(file: string): Promise<Preparation> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return { ok: false, problems: [`${file}: cannot be read (${text.code})`] }
  const shipped = await shippedProfiles()
  const checked = checkConfig(text, file, shipped.keys())
  if (!checked.ok) return { ok: false, problems: checked.problems.map(printProblem) }
  const used = new Set(checked.value.lines.flatMap((line) => line.terminals.map((terminal) => terminal.profile)))
  const profiles = Object.fromEntries([...shipped].filter(([id]) => used.has(id)))
  const versions = Object.fromEntries(Object.entries(profiles).map(([id, profile]) => [id, profile.version]))
  const settings = settingsOf(checked.value, dirname(resolve(file)))
  return { ok: true, prepared: { settings, profiles, hash: configHash(checked.value, versions) } }
}
