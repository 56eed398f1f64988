import { join } from 'node:path'
import type { DefinitionText } from '@civitals/contracts/definition-change'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Arguments, exitCodes } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'
import { writeWhole } from '../io/files.ts'

/** `civitals export DIR`: writes every version of every definition of a centre as files that `civitals apply` reads. */
export async function exportDefinitions(args: Arguments): Promise<number> {
  const [folder, ...more] = args.positionals
  if (!folder || more.length > 0) throw new CivitalsError('CIV_CLI_USAGE', 'name the folder to write to')
  const { items } = await askCentre<{ items: readonly DefinitionText[] }>(
    String(args.options.centre),
    '/definitions/files',
  )
  for (const { name, text } of items) await writeWhole(join(folder, name), text)
  process.stderr.write(`civitals: ${items.length} files in ${folder}\n`)
  return exitCodes.done
}
