import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { lintProfiles, shippedProfileIds, shippedProfiles } from '@civitals/firmware-bridge/profiles'
import type { Arguments } from '../command.ts'

/**
 * The shipped profiles, or `only` those of them, and over them those of the folder the options name. @throws CIV_CLI_USAGE when one of its own is
 * broken.
 */
export async function knownProfiles(
  args: Arguments,
  only?: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Profile>> {
  const { profiles: folder } = args.options
  const shipped = await shippedProfiles(only)
  if (typeof folder !== 'string') return shipped
  const { profiles, problems } = await lintProfiles(folder)
  const [first] = problems
  if (first)
    throw usage(`${first.file}:${first.line}:${first.column}: ${first.message} (civitals profile lint ${folder})`)
  return new Map([...shipped, ...profiles])
}

/** The profile of an id alone: to read all of them is two fifths of the processor time a command takes. @throws CIV_CLI_USAGE that names the nearest. */
export async function profileNamed(id: string, args: Arguments): Promise<Profile> {
  const known = await knownProfiles(args, new Set([id]))
  const found = known.get(id)
  if (found) return found
  const near = nearest(id, [...(await shippedProfileIds()), ...known.keys()])
  throw usage(`no profile ${id}${near ? `; did you mean ${near}?` : ''} (civitals profile list)`)
}

const usage = (message: string): CivitalsError => new CivitalsError('CIV_CLI_USAGE', message)
