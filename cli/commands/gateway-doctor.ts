import { CivitalsError } from '@civitals/contracts/errors'
import { consultDoctor } from '@civitals/gateway/doctor'
import { type Arguments, exitCodes } from '../command.ts'
import { printDoctor } from '../technician/doctor-report.ts'

/** `civitals gateway doctor`: everything a gateway depends on, looked at without disturbing it. */
export async function gatewayDoctor(args: Arguments): Promise<number> {
  const { config } = args.options
  if (typeof config !== 'string') throw new CivitalsError('CIV_CLI_USAGE', '--config FILE says which gateway')
  const shown = process.stderr.isTTY
  const report = await consultDoctor(config, (step) => void (shown && process.stderr.write(`\r\x1b[K${step} ...`)))
  if (shown) process.stderr.write('\r\x1b[K')
  const { verdict, findings, facts } = report
  const title = `civitals gateway doctor --config ${config}, ${new Date(facts.clock.now).toISOString()}`
  process.stdout.write(args.options.json ? `${JSON.stringify(report)}\n` : printDoctor(title, verdict, findings))
  return verdict === 'failure' ? exitCodes.failed : exitCodes.done
}
