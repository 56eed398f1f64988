import { resolve } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { runGateway } from '@civitals/gateway/main'
import { destination, pino } from 'pino'
import { type Arguments, exitCodes } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'

/** `civitals gateway run`: an edge gateway, or several in one process, until told to stop. */
export async function gatewayRun(args: Arguments): Promise<number> {
  const { config: files = [] } = args.lists
  if (args.options['print-default']) return await (await checks()).printDefault()
  if (files.length === 0) {
    const hint = 'civitals gateway run --print-default > gateway.yaml'
    throw new CivitalsError('CIV_CLI_USAGE', `--config FILE is needed (${hint})`)
  }
  if (args.options.check) {
    for (const file of files) await (await checks()).checkFile(file)
    return exitCodes.done
  }
  const signal = stopSignal()
  const logger = pino({ base: null }, destination({ dest: 2, sync: false }))
  const start = (file: string) =>
    runGateway({ configFile: resolve(file), clock: systemClock, logger, signal, watch: true })
  const running = await Promise.all(files.map(start))
  await Promise.all(running.map((gateway) => gateway.stopped))
  return exitCodes.done
}

/** Loaded only when asked for: a gateway that runs checks its configuration in a thread of its own and keeps no schema library. */
const checks = () => import('./gateway-check.ts')
