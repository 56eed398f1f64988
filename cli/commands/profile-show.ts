import { CivitalsError } from '@civitals/contracts/errors'
import { stringify } from 'yaml'
import { type Arguments, exitCodes } from '../command.ts'
import { profileNamed } from '../technician/profiles.ts'

/** `civitals profile show ID`: the profile as it is used, as YAML or JSON. */
export async function profileShow(args: Arguments): Promise<number> {
  const [id, more] = args.positionals
  if (id === undefined || more !== undefined)
    throw new CivitalsError('CIV_CLI_USAGE', 'name one profile: civitals profile show ID')
  const found = await profileNamed(id, args)
  // Filled-in defaults come first otherwise.
  const profile = {
    ...found,
    points: found.points.map(({ id: point, name, ...rest }) => ({ id: point, name, ...rest })),
  }
  process.stdout.write(args.options.json ? `${JSON.stringify(profile)}\n` : stringify(profile, { lineWidth: 0 }))
  return exitCodes.done
}
