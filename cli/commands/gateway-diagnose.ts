import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { diagnose } from '@civitals/firmware-bridge/diagnosis/diagnose'
import { observe } from '@civitals/firmware-bridge/diagnosis/observe'
import { dialSerial } from '@civitals/firmware-bridge/dial-serial'
import { type Arguments, exitCodes } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { textWidth, wrap } from '../technician/print.ts'
import { printTransport } from '../technician/target.ts'
import { bareTerminalOf } from '../technician/terminal.ts'

const bauds = [9600, 19200, 4800, 115200, 38400, 2400] as const
const parities = ['none', 'even', 'odd'] as const

/** `civitals gateway diagnose`: the one most probable cause of what is wrong with a terminal on a serial line, and the next step. */
export async function gatewayDiagnose(args: Arguments): Promise<number> {
  const { transport: port, unit, profile } = await bareTerminalOf(args)
  if (port.kind !== 'serial')
    throw new CivitalsError(
      'CIV_CLI_USAGE',
      'diagnose listens to the bare line: it needs --serial PATH, or a terminal on a serial line',
    )
  const seen = await observe({
    ...{ port, unit, clock: systemClock, signal: stopSignal() },
    ...(profile && { profile }),
    dial: (one) => dialSerial(one, systemClock),
    settings: bauds.flatMap((baud) => parities.map((parity) => ({ baud, parity, stopBits: 1 as const }))),
    onStep: (step) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${step} ...`)),
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const diagnosis = diagnose(seen)
  if (args.options.json) process.stdout.write(`${JSON.stringify({ line: printTransport(port), ...diagnosis, seen })}\n`)
  else {
    const { cause, evidence, next, alsoPossible } = diagnosis
    const also = alsoPossible.length > 0 ? [['less likely', alsoPossible.join(', ')]] : []
    const rows = [['cause', cause], ['seen', evidence], ['next', next], ...also]
    const text = rows.flatMap(([name = '', said = '']) => under(name, said))
    process.stdout.write(`${[`${printTransport(port)}, unit ${seen.unit}`, ...text].join('\n')}\n`)
  }
  return diagnosis.cause === 'healthy' ? exitCodes.done : exitCodes.failed
}

const nameWidth = 13

/** A name and what is said to it, broken into lines under each other. */
const under = (name: string, said: string): string[] =>
  wrap(said, textWidth - nameWidth).map((line, place) => `${(place === 0 ? name : '').padEnd(nameWidth)}${line}`)
