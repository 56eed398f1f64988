import { printProblem } from '@civitals/contracts/document'
import { lintProfiles, shippedProfilesFolder } from '@civitals/firmware-bridge/profiles'
import { type Arguments, exitCodes } from '../command.ts'

/** `civitals profile lint [DIR]`: problems and advice, one a line; exit code 1 when a profile cannot be used. */
export async function profileLint(args: Arguments): Promise<number> {
  const { profiles, problems, advice } = await lintProfiles(args.positionals[0] ?? shippedProfilesFolder)
  if (args.options.json) {
    process.stdout.write(`${JSON.stringify({ profiles: [...profiles.keys()], problems, advice })}\n`)
  } else {
    for (const problem of problems) process.stdout.write(`${printProblem(problem)}\n`)
    for (const line of advice) process.stdout.write(`${printProblem(line)} (advice)\n`)
    process.stderr.write(`${profiles.size} profiles can be used, ${problems.length} problems\n`)
  }
  return problems.length > 0 ? exitCodes.invalid : exitCodes.done
}
