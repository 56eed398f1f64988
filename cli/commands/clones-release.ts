import type { Clone } from '@civitals/contracts/clone'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Arguments, exitCodes } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'

/** `civitals clones release`: lets all boxes of a gateway speak again. */
export async function clonesRelease(args: Arguments): Promise<number> {
  const [gateway, ...more] = args.positionals
  const { centre, json, keep } = args.options
  if (!gateway || more.length > 0)
    throw new CivitalsError('CIV_CLI_USAGE', 'name one gateway, as civitals clones lists it')
  const path = `/ingest/clones/${encodeURIComponent(gateway)}/release`
  const clone = await askCentre<Clone>(String(centre), path, typeof keep === 'string' ? { keep } : {})
  process.stdout.write(
    json ? `${JSON.stringify(clone, undefined, 2)}\n` : `${gateway} is released; what waited in its boxes comes\n`,
  )
  return exitCodes.done
}
