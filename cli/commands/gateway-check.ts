import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { checkConfig, defaultConfig } from '@civitals/gateway/config'
import { exitCodes } from '../command.ts'
import { readNamed } from '../io/files.ts'

/** A configuration to start from, on stdout. */
export function printDefault(): number {
  process.stdout.write(defaultConfig())
  return exitCodes.done
}

/** Says whether a gateway could run on this file; problems by file, line and key are an error. */
export async function checkFile(file: string): Promise<void> {
  const profiles = await shippedProfiles()
  const checked = checkConfig(await readNamed(file), file, profiles.keys())
  if (!checked.ok) throw new CivitalsError('CIV_CLI_GATEWAY_CONFIG', checked.problems.map(printProblem).join('\n'))
  const { gateway, lines } = checked.value
  const terminals = lines.reduce((sum, line) => sum + line.terminals.length, 0)
  process.stderr.write(`${file}: gateway ${gateway}, ${lines.length} lines, ${terminals} terminals: can be used\n`)
}
