import type { Clock } from '@civitals/contracts/clock'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import type { LineConfig } from '../../config/schema.ts'
import type { OpenedLine } from '../assemble.ts'

/** Makes a line of the configuration ready and says how its terminals are read. It is opened by its first transaction. */
export async function openLine({ transport }: LineConfig, clock: Clock): Promise<OpenedLine> {
  const line = await openModbusLine(transport, { clock })
  return { line, readerOf: ({ unit }, { points }) => new ModbusReader({ line, unit, points, cost: line.pace, clock }) }
}
