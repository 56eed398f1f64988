import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import { type Command, exitCodes, findCommand, helpOf, overview, parseArguments } from './command.ts'

/** Runs one command line to its end: sets the exit code, and says on stderr in one line what went wrong. */
export async function runCommandLine(commands: readonly Command[], argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(commands, argv)
  } catch (error) {
    if (!(error instanceof CivitalsError)) throw error
    process.stderr.write(`civitals: ${error.message}\n`)
    const usage = error.code === 'CIV_CLI_USAGE' || error.code.endsWith('_CONFIG')
    process.exitCode = usage ? exitCodes.usage : error.code.endsWith('_TAKEN') ? exitCodes.taken : exitCodes.failed
  }
}

/** Runs the command that the words name; its exit code. @throws CIV_CLI_USAGE for words nobody knows. */
async function run(commands: readonly Command[], argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === 'help' || (argv.length === 1 && argv[0] === '--help')) {
    process.stdout.write(overview(commands))
    return exitCodes.done
  }
  const found = findCommand(commands, argv)
  if (!found) {
    const near = nearest(
      argv.slice(0, 2).join(' '),
      commands.map((command) => command.words),
    )
    throw new CivitalsError(
      'CIV_CLI_USAGE',
      `no command ${argv.slice(0, 2).join(' ')}${near ? `; did you mean ${near}?` : ''} (civitals --help)`,
    )
  }
  const [command, rest] = found
  if (rest.includes('--help')) {
    process.stdout.write(helpOf(command))
    return exitCodes.done
  }
  const args = parseArguments(command, rest)
  const work = await command.load()
  return await work(args)
}
