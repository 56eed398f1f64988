import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '@civitals/contracts/document'
import type { Profile } from '../../profile.ts'
import { replayCase } from '../replay.ts'

/** How the golden cases of a folder of profiles went. */
export interface GoldenReport {
  /** Cases replayed. */
  readonly cases: number
  readonly problems: readonly Problem[]
  /** Profiles without a case: nobody has seen them read a terminal. */
  readonly without: readonly string[]
  /** Points no case of their profile has a value for, by profile. */
  readonly unseen: ReadonlyMap<string, readonly string[]>
}

/** Replays every `<folder>/<id>/golden/*.yaml`. */
export async function lintGolden(folder: string, profiles: ReadonlyMap<string, Profile>): Promise<GoldenReport> {
  const problems: Problem[] = []
  const without: string[] = []
  const unseen = new Map<string, string[]>()
  let cases = 0
  for (const [id, profile] of profiles) {
    const files = await casesIn(join(folder, id, 'golden'))
    if (files.length === 0) without.push(id)
    const seen = new Set<string>()
    for (const file of files) {
      const report = await replayCase(profile, await readFile(file, 'utf8'), file)
      problems.push(...report.problems)
      for (const point of report.points) seen.add(point)
    }
    cases += files.length
    const missed = profile.points.map((point) => point.id).filter((point) => !seen.has(point))
    if (files.length > 0 && missed.length > 0) unseen.set(id, missed)
  }
  return { cases, problems, without, unseen }
}

async function casesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name))
}
