import { resolve } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { checkConfig, defaultConfig } from '@civitals/gateway/config'
import { runGateway } from '@civitals/gateway/main'
import { destination, pino } from 'pino'
import { type Arguments, exitCodes } from '../command.ts'
import { readNamed } from '../io/files.ts'
import { aborted, stopSignal } from '../io/stop-signal.ts'

/** `civitals gateway run`: one edge gateway until it is told to stop. */
export async function gatewayRun(args: Arguments): Promise<number> {
  if (args.options['print-default']) {
    process.stdout.write(defaultConfig())
    return exitCodes.done
  }
  const { config } = args.options
  if (typeof config !== 'string') {
    throw new CivitalsError(
      'CIV_CLI_USAGE',
      '--config FILE is needed (civitals gateway run --print-default > gateway.yaml)',
    )
  }
  const profiles = await shippedProfiles()
  const checked = checkConfig(await readNamed(config), config, profiles.keys())
  if (!checked.ok) {
    throw new CivitalsError('CIV_CLI_GATEWAY_CONFIG', checked.problems.map(printProblem).join('\n'))
  }
  const { gateway, lines } = checked.value
  const terminals = lines.reduce((sum, line) => sum + line.terminals.length, 0)
  if (args.options.check) {
    process.stderr.write(`${config}: gateway ${gateway}, ${lines.length} lines, ${terminals} terminals: can be used\n`)
    return exitCodes.done
  }
  const signal = stopSignal()
  const logger = pino({ base: null }, destination({ dest: 2, sync: false }))
  await runGateway({ configFile: resolve(config), clock: systemClock, logger, signal })
  await aborted(signal)
  return exitCodes.done
}
