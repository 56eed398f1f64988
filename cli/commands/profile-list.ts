import { type Arguments, exitCodes } from '../command.ts'
import { table } from '../technician/print.ts'
import { knownProfiles } from '../technician/profiles.ts'

/** `civitals profile list`: id, protocol, kind, number of points and name of every profile. */
export async function profileList(args: Arguments): Promise<number> {
  const profiles = [...(await knownProfiles(args)).values()]
  profiles.sort((a, b) => a.profile.localeCompare(b.profile, 'en'))
  if (args.options.json) {
    const list = profiles.map(({ profile, protocol, kind, name, points }) => ({
      profile,
      protocol,
      kind,
      name,
      points: points.length,
    }))
    process.stdout.write(`${JSON.stringify(list)}\n`)
    return exitCodes.done
  }
  const rows = profiles.map(({ profile, protocol, kind, name, points }) => [
    profile,
    protocol,
    kind,
    String(points.length),
    name.en,
  ])
  process.stdout.write(table(['profile', 'protocol', 'kind', 'points', 'name'], rows))
  return exitCodes.done
}
