import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Problem, printProblem, problemAt } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { checkProfile } from '../check-profile.ts'
import type { Profile } from '../profile.ts'
import type { Source, Templates } from '../template.ts'

/** Folder of the profiles that come with Civitals. */
export const shippedProfilesFolder: string = join(dirname(import.meta.dirname), 'profiles')

/** Result of reading a folder of profiles: what can be used, what cannot and why, and advice. */
export interface ProfileFolder {
  readonly profiles: ReadonlyMap<string, Profile>
  /** Where the map of each profile comes from, by id. */
  readonly sources: ReadonlyMap<string, SourceKind>
  readonly problems: readonly Problem[]
  readonly advice: readonly Problem[]
}

/** `opened`: a foreign source whose text is kept in source.md; `convention`: ours; `unverified`: nobody opened its source. */
export type SourceKind = 'opened' | 'convention' | 'unverified'

/**
 * Reads and checks every `<folder>/<id>/profile.yaml`, with the templates of `<folder>/_templates`. A subfolder without one is a problem, and so is a folder that cannot
 * be read; neither throws. Default folder: the shipped profiles. `only`: those subfolders and no others, where they are there.
 */
export async function lintProfiles(
  folder: string = shippedProfilesFolder,
  only?: ReadonlySet<string>,
): Promise<ProfileFolder> {
  const profiles = new Map<string, Profile>()
  const sources = new Map<string, SourceKind>()
  const problems: Problem[] = []
  const advice: Problem[] = []
  const templates = await templatesIn(join(folder, templatesFolder))
  for (const id of await foldersIn(folder, problems)) {
    if (only && !only.has(id)) continue
    const file = join(folder, id, 'profile.yaml')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) {
      problems.push({ file, line: 1, column: 1, path: '', message: 'cannot be read' })
      continue
    }
    const checked = checkProfile(text, file, templates)
    if (!checked.ok) problems.push(...checked.problems)
    else {
      const source = await sourceOf(checked.value, join(folder, id), text)
      if (typeof source !== 'string') problems.push(source)
      else {
        profiles.set(checked.value.profile, checked.value)
        sources.set(checked.value.profile, source)
      }
      advice.push(...checked.advice)
    }
  }
  return { profiles, sources, problems, advice }
}

const opened = /^- opened: \d{4}-\d{2}-\d{2}$/m
const convention = /^- platform convention: \S/m
const lines = /^```text\n[^`]+^```$/m

/** What stands behind a profile; a problem where it says it is verified and is not, or where its source.md does not say what it should. */
async function sourceOf({ verified }: Profile, folder: string, profile: string): Promise<SourceKind | Problem> {
  const file = join(folder, 'source.md')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined)
    return verified
      ? problemAt(profile, join(folder, 'profile.yaml'), ['verified'], 'is true, but no source.md stands beside it')
      : 'unverified'
  if (!lines.test(text))
    return { file, line: 1, column: 1, path: '', message: 'holds no lines of the source in ```text' }
  const kind = opened.test(text) ? 'opened' : convention.test(text) ? 'convention' : undefined
  if (kind === undefined)
    return {
      file,
      line: 1,
      column: 1,
      path: '',
      message: 'does not say when the source was opened: - opened: 2026-01-31',
    }
  return verified === false ? 'unverified' : kind
}

/** Ids of the profiles that come with Civitals; each is the name of its folder, which a test keeps so. */
export const shippedProfileIds = (): Promise<readonly string[]> => foldersIn(shippedProfilesFolder, [])

/** Points that several profiles begin with; it holds no profiles. */
const templatesFolder = '_templates'

async function templatesIn(folder: string): Promise<Templates> {
  const names = await readdir(folder).catch(() => [])
  const templates = new Map<string, Source>()
  for (const name of names.filter((one) => one.endsWith('.yaml'))) {
    const file = join(folder, name)
    templates.set(name.slice(0, -'.yaml'.length), { file, text: await readFile(file, 'utf8') })
  }
  return templates
}

async function foldersIn(folder: string, problems: Problem[]): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries
      .filter((entry) => entry.isDirectory() && entry.name !== templatesFolder)
      .map((entry) => entry.name)
    if (names.length === 0) problems.push({ file: folder, line: 1, column: 1, path: '', message: 'holds no profiles' })
    return names.sort()
  } catch {
    problems.push({ file: folder, line: 1, column: 1, path: '', message: 'is not a folder that can be read' })
    return []
  }
}

/**
 * The profiles that come with Civitals, by id; with `only`, those of them that have these ids.
 * @throws CIV_BRIDGE_PROFILES when one of them is broken, which a test keeps from happening.
 */
export async function shippedProfiles(only?: ReadonlySet<string>): Promise<ReadonlyMap<string, Profile>> {
  const { profiles, problems } = await lintProfiles(shippedProfilesFolder, only)
  if (problems.length > 0) {
    throw new CivitalsError('CIV_BRIDGE_PROFILES', problems.map(printProblem).join('\n'))
  }
  return profiles
}
