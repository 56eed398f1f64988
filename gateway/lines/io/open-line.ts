import type { Clock } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import { CivitalsError } from '@civitals/contracts/errors'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { modbusPoints } from '@civitals/firmware-bridge/profile'
import type { LineConfig } from '../../config/schema.ts'
import type { OpenedLine } from '../assemble.ts'

/** Makes a line of the configuration ready and says how its terminals are read. It is opened by its first transaction. */
export async function openLine(config: LineConfig, clock: Clock): Promise<OpenedLine> {
  const { id, transport, timeout } = config
  if (transport.kind === 'tcp' || transport.kind === 'tcp-server' || transport.kind === 'mqtt')
    throw new CivitalsError('CIV_GATEWAY_CONFIG', `line ${id}: ${transport.kind} lines are not worked yet`)
  const line = await openModbusLine(transport, {
    clock,
    ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }),
    ...(transport.kind === 'modbus-tcp' && { window: windowOf(transport, config.terminals) }),
  })
  return {
    line,
    readerOf: ({ unit = 0 }, profile) =>
      new ModbusReader({ line, unit, points: modbusPoints(profile), cost: line.pace, clock }),
  }
}

const mostUnderWay = 8

/** Several units behind one socket stand on a serial line, whose gateway takes one request at a time. */
function windowOf(
  { behindGateway = 'auto', window = mostUnderWay }: Extract<LineConfig['transport'], { kind: 'modbus-tcp' }>,
  terminals: LineConfig['terminals'],
): number {
  const serial = behindGateway === 'auto' ? new Set(terminals.map(({ unit }) => unit)).size > 1 : behindGateway
  return serial ? 1 : window
}
