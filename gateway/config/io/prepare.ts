import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Configuration } from '@civitals/contracts/configuration'
import { type Problem, printProblem, problemAt } from '@civitals/contracts/document'
import { encodeConfigurations } from '@civitals/contracts/encode-configuration'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { lintProfiles, shippedProfileIds, shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { checkConfig, ownProfilesOf, profilesNamedBy } from '../config.ts'
import { givenUnits } from '../given-units.ts'
import { type GatewaySettings, settingsOf } from '../settings.ts'

/** What a gateway needs to run: plain data, so that it can change threads. */
export interface Prepared {
  readonly settings: GatewaySettings
  /** Hash of the configuration, with what its profiles say of units. */
  readonly hash: string
  /** What the centre is told of it; absent when it is too large to be told: then its numbers are taken to be in the units registered there. */
  readonly configuration?: Configuration
  /** Profiles its terminals name, by id. */
  readonly profiles: Readonly<Record<string, Profile>>
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  /** Lines for a person: `file:line:column: key: message`. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads and checks a configuration file against the shipped profiles and its own. Never throws for what a person wrote. */
export async function prepare(file: string): Promise<Preparation> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return { ok: false, problems: [`${file}: cannot be read (${text.code})`] }
  // Only what is named, which is what a box has to wait for when it starts; for the words of a mistake all of them are needed.
  const quick = await prepareText(text, file, profilesNamedBy(text))
  return quick.ok ? quick : prepareText(text, file)
}

async function prepareText(text: string, file: string, only?: ReadonlySet<string>): Promise<Preparation> {
  const folder = dirname(resolve(file))
  const known = await knownProfiles(text, file, folder, only)
  if (known.problems.length > 0) return { ok: false, problems: known.problems.map(printProblem) }
  const checked = checkConfig(text, file, known.profiles)
  if (!checked.ok) return { ok: false, problems: checked.problems.map(printProblem) }
  const used = new Set(checked.value.lines.flatMap((line) => line.terminals.map((terminal) => terminal.profile)))
  const profiles = Object.fromEntries([...known.profiles].filter(([id]) => used.has(id)))
  const configuration = givenUnits(checked.value, profiles)
  const hash = encodeConfigurations([configuration]) ? configuration.config : configuration.settings
  const settings = settingsOf(checked.value, folder)
  return {
    ok: true,
    prepared: { settings, profiles, hash, ...(hash === configuration.config && { configuration }) },
  }
}

/** The shipped profiles and those of the configuration's own folder; an id may not stand for two. */
async function knownProfiles(
  text: string,
  file: string,
  folder: string,
  only?: ReadonlySet<string>,
): Promise<{ readonly profiles: ReadonlyMap<string, Profile>; readonly problems: readonly Problem[] }> {
  const shipped = await shippedProfiles(only)
  const named = ownProfilesOf(text)
  if (named === undefined) return { profiles: shipped, problems: [] }
  const own = await lintProfiles(resolve(folder, named))
  const taken = new Set(await shippedProfileIds())
  const twice = [...own.profiles.keys()]
    .filter((id) => taken.has(id))
    .map((id) => problemAt(text, file, ['profiles'], `profile ${id} is one of the shipped ones; give yours another id`))
  return { profiles: new Map([...shipped, ...own.profiles]), problems: [...own.problems, ...twice] }
}
