import { resolve } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { runGateway } from '@civitals/gateway/main'
import { destination, pino } from 'pino'
import { type Arguments, exitCodes } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'

/** `civitals gateway run`: one edge gateway until it is told to stop. */
export async function gatewayRun(args: Arguments): Promise<number> {
  const { config } = args.options
  if (args.options['print-default']) return await (await checks()).printDefault()
  if (typeof config !== 'string') {
    const hint = 'civitals gateway run --print-default > gateway.yaml'
    throw new CivitalsError('CIV_CLI_USAGE', `--config FILE is needed (${hint})`)
  }
  if (args.options.check) return await (await checks()).checkFile(config)
  const signal = stopSignal()
  const logger = pino({ base: null }, destination({ dest: 2, sync: false }))
  const running = await runGateway({ configFile: resolve(config), clock: systemClock, logger, signal })
  await running.stopped
  return exitCodes.done
}

/** Loaded only when asked for: a gateway that runs checks its configuration in a thread of its own and keeps no schema library. */
const checks = () => import('./gateway-check.ts')
