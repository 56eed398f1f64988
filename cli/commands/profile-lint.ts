import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { lintGolden } from '@civitals/firmware-bridge/golden'
import { lintProfiles, type SourceKind, shippedProfilesFolder } from '@civitals/firmware-bridge/profiles'
import { type Arguments, exitCodes } from '../command.ts'
import { plural } from '../technician/print.ts'

/** `civitals profile lint [DIR]`: problems and advice, one a line; exit code 1 when a profile cannot be used. */
export async function profileLint(args: Arguments): Promise<number> {
  const folder = args.positionals[0] ?? shippedProfilesFolder
  const { profiles, sources, advice, ...found } = await lintProfiles(folder)
  const golden = await lintGolden(folder, profiles)
  const problems = [...found.problems, ...golden.problems]
  if (args.options.json) {
    const report = { profiles: [...profiles.keys()], sources: Object.fromEntries(sources), problems, advice }
    const cases = { cases: golden.cases, withoutCase: golden.without }
    process.stdout.write(`${JSON.stringify({ ...report, counts: countsOf(sources), golden: cases })}\n`)
  } else {
    for (const problem of problems) process.stdout.write(`${printProblem(problem)}\n`)
    for (const line of advice) process.stdout.write(`${printProblem(line)} (advice)\n`)
    for (const id of golden.without) process.stdout.write(`${join(folder, id)}: has no golden case (advice)\n`)
    const { opened, convention, unverified } = countsOf(sources)
    const kinds = [`${opened} with a source`, `${convention} platform conventions`, `${unverified} unverified`]
    process.stdout.write(`${plural(profiles.size, 'profile')}: ${kinds.join(', ')}\n`)
    process.stdout.write(`${plural(golden.cases, 'golden case')} replayed\n`)
    process.stderr.write(`${plural(profiles.size, 'profile')} can be used, ${plural(problems.length, 'problem')}\n`)
  }
  return problems.length > 0 ? exitCodes.invalid : exitCodes.done
}

function countsOf(sources: ReadonlyMap<string, SourceKind>): Record<SourceKind, number> {
  const counts = { opened: 0, convention: 0, unverified: 0 }
  for (const kind of sources.values()) counts[kind]++
  return counts
}
