import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { modbusPoints } from '@civitals/firmware-bridge/profile'
import type { LineConfig } from '../../config/schema.ts'
import type { OpenedLine } from '../assemble.ts'

/** Makes a line of the configuration ready and says how its terminals are read. It is opened by its first transaction. */
export async function openLine({ id, transport }: LineConfig, clock: Clock): Promise<OpenedLine> {
  if (transport.kind === 'tcp' || transport.kind === 'tcp-server' || transport.kind === 'mqtt')
    throw new CivitalsError('CIV_GATEWAY_CONFIG', `line ${id}: ${transport.kind} lines are not worked yet`)
  const line = await openModbusLine(transport, { clock })
  return {
    line,
    readerOf: ({ unit = 0 }, profile) =>
      new ModbusReader({ line, unit, points: modbusPoints(profile), cost: line.pace, clock }),
  }
}
