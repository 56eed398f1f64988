import type { Clock } from '@civitals/contracts/clock'
import type { Transport } from '../../transport.ts'
import { dialTcp } from '../../wire/io/dial-tcp.ts'
import { StreamLine } from '../../wire/stream-line.ts'
import type { ModbusLine } from '../line.ts'
import { MbapFraming } from '../mbap-framing.ts'
import { checkRequest } from '../pdu.ts'
import { RtuFraming } from '../rtu-framing.ts'
import { networkTiming, serialTiming } from '../timing.ts'

export type { ModbusFailure, ModbusLine, ModbusLineHealth, ModbusOutcome, ModbusRequest, ModbusTable } from '../line.ts'

/** Settings of a line; times in milliseconds. */
export interface ModbusLineOptions {
  readonly clock: Clock
  /** Patience per transaction. Default: from the baud rate on a serial line (wire time + gaps + 250), 1000 behind a socket. */
  readonly timeoutMs?: number
  /** Quiet time after a failed RTU transaction; must exceed the latest reply of any terminal on the line. Default 300. */
  readonly quarantineMs?: number
}

const quarantineMs = 300
const silentLimit = { network: 3, serial: 20 } as const

/**
 * Makes a line ready; it is opened by its first transaction, so a line that is down is no error here. The module of serial
 * ports is loaded only for a serial line.
 */
export async function openModbusLine(transport: Transport, options: ModbusLineOptions): Promise<ModbusLine> {
  const { clock, timeoutMs } = options
  const quiet = options.quarantineMs ?? quarantineMs
  switch (transport.kind) {
    case 'modbus-tcp':
      return new StreamLine({
        clock,
        check: checkRequest,
        dial: dialTcp(transport.host, transport.port),
        framing: new MbapFraming(),
        timing: networkTiming(timeoutMs),
        quarantineMs: 0,
        silentLimit: silentLimit.network,
      })
    case 'rtu-over-tcp':
      return new StreamLine({
        clock,
        check: checkRequest,
        dial: dialTcp(transport.host, transport.port),
        framing: new RtuFraming(),
        timing: networkTiming(timeoutMs),
        quarantineMs: quiet,
        silentLimit: silentLimit.network,
      })
    case 'serial': {
      const { dialSerial } = await import('../../wire/io/dial-serial.ts')
      return new StreamLine({
        clock,
        check: checkRequest,
        dial: dialSerial(transport, clock),
        framing: new RtuFraming(),
        timing: serialTiming(transport, timeoutMs),
        quarantineMs: quiet,
        silentLimit: silentLimit.serial,
      })
    }
  }
}
