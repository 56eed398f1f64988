import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Problem, printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { checkProfile } from '../check-profile.ts'
import type { Profile } from '../profile.ts'

/** Folder of the profiles that come with Civitals. */
export const shippedProfilesFolder: string = join(dirname(import.meta.dirname), 'profiles')

/** Result of reading a folder of profiles: what can be used, what cannot and why, and advice. */
export interface ProfileFolder {
  readonly profiles: ReadonlyMap<string, Profile>
  readonly problems: readonly Problem[]
  readonly advice: readonly Problem[]
}

/**
 * Reads and checks every `<folder>/<id>/profile.yaml`. A subfolder without one is a problem, and so is a folder that cannot
 * be read; neither throws. Default folder: the shipped profiles.
 */
export async function lintProfiles(folder: string = shippedProfilesFolder): Promise<ProfileFolder> {
  const profiles = new Map<string, Profile>()
  const problems: Problem[] = []
  const advice: Problem[] = []
  for (const id of await foldersIn(folder, problems)) {
    const file = join(folder, id, 'profile.yaml')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) {
      problems.push({ file, line: 1, column: 1, path: '', message: 'cannot be read' })
      continue
    }
    const checked = checkProfile(text, file)
    if (!checked.ok) problems.push(...checked.problems)
    else {
      profiles.set(checked.value.profile, checked.value)
      advice.push(...checked.advice)
    }
  }
  return { profiles, problems, advice }
}

async function foldersIn(folder: string, problems: Problem[]): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    if (names.length === 0) problems.push({ file: folder, line: 1, column: 1, path: '', message: 'holds no profiles' })
    return names.sort()
  } catch {
    problems.push({ file: folder, line: 1, column: 1, path: '', message: 'is not a folder that can be read' })
    return []
  }
}

/**
 * The profiles that come with Civitals, by id.
 * @throws CIV_BRIDGE_PROFILES when one of them is broken, which a test keeps from happening.
 */
export async function shippedProfiles(): Promise<ReadonlyMap<string, Profile>> {
  const { profiles, problems } = await lintProfiles()
  if (problems.length > 0) {
    throw new CivitalsError('CIV_BRIDGE_PROFILES', problems.map(printProblem).join('\n'))
  }
  return profiles
}
