import { CivitalsError } from '@civitals/contracts/errors'
import { defaultConfig } from '@civitals/gateway/config'
import { prepare } from '@civitals/gateway/config/prepare'
import { exitCodes } from '../command.ts'
import { readNamed } from '../io/files.ts'
import { plural } from '../technician/print.ts'

/** A configuration to start from, on stdout. */
export function printDefault(): number {
  process.stdout.write(defaultConfig())
  return exitCodes.done
}

/** Says whether a gateway could run on this file; problems by file, line and key are an error. */
export async function checkFile(file: string): Promise<void> {
  await readNamed(file)
  const preparation = await prepare(file)
  if (!preparation.ok) throw new CivitalsError('CIV_CLI_GATEWAY_CONFIG', preparation.problems.join('\n'))
  const { gateway, lines } = preparation.prepared.settings
  const terminals = lines.reduce((sum, line) => sum + line.terminals.length, 0)
  const size = `${plural(lines.length, 'line')}, ${plural(terminals, 'terminal')}`
  process.stderr.write(`${file}: gateway ${gateway}, ${size}: can be used\n`)
}
