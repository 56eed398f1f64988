import type { Clock } from '@civitals/contracts/clock'
import type { ModbusTransport } from '../../transport.ts'
import { dialTcp } from '../../wire/io/dial-tcp.ts'
import { exactClock } from '../../wire/io/exact-clock.ts'
import type { Dial } from '../../wire/link.ts'
import { StreamLine } from '../../wire/stream-line.ts'
import type { LineTiming } from '../../wire/timing.ts'
import { WindowProbe } from '../../wire/window-probe.ts'
import type { ModbusRequest, TimedModbusLine } from '../line.ts'
import { MbapFraming } from '../mbap-framing.ts'
import { checkRequest, isRead } from '../pdu.ts'
import { type MayRead, RtuFraming } from '../rtu-framing.ts'
import { networkTiming, rtuOverTcpTiming, serialTiming } from '../timing.ts'

export type {
  ModbusFailure,
  ModbusLine,
  ModbusLineHealth,
  ModbusOutcome,
  ModbusRead,
  ModbusRequest,
  ModbusTable,
  TimedModbusLine,
} from '../line.ts'
export type { MayRead } from '../rtu-framing.ts'

/** Settings of a line; times in milliseconds. */
export interface ModbusLineOptions {
  readonly clock: Clock
  /** Patience per transaction. Default: learned, from the line's speed and each terminal's turnaround. */
  readonly timeoutMs?: number
  /**
   * Least quiet time after a failed RTU transaction. Default 300, or three times what the terminal takes 99 times in 100. 0: none, for a
   * scan, which asks every unit once.
   */
  readonly quarantineMs?: number
  /** Modbus TCP: how many requests may be under way at once, where the server stands it and has no gateway's units behind it. Default 8. */
  readonly window?: number
  /** Modbus TCP, asked for each request: 255 for servers that answer only the low byte of a transaction id. Default 65535. */
  readonly highestTransactionId?: () => number
  /** RTU: whether places may be read beside those asked for, to tell a late reply from the awaited. Default: none may. */
  readonly mayRead?: MayRead
  /**
   * What is known of a unit beforehand: the turnaround that the first replies of a slow one are waited for, and the silence it needs
   * between two transactions. Default: nothing.
   */
  readonly quirksOf?: (unit: number) => { readonly turnaroundMs?: number; readonly pauseMs?: number }
}

const quarantineMs = 300
const silentLimit = { network: 3, serial: 20 } as const
const mostUnderWay = 8

/**
 * Makes a line ready; it is opened by its first transaction, so a line that is down is no error here. The module of serial
 * ports is loaded only for a serial line.
 */
export async function openModbusLine(transport: ModbusTransport, options: ModbusLineOptions): Promise<TimedModbusLine> {
  switch (transport.kind) {
    case 'modbus-tcp':
      return modbusTcpLine(dialTcp(transport.host, transport.port), options)
    case 'rtu-over-tcp':
      return rtuOverTcpLine(dialTcp(transport.host, transport.port), options)
    case 'serial': {
      const { timeoutMs } = options
      const clock = exactClock(options.clock)
      const { dialSerial } = await import('../../wire/io/dial-serial.ts')
      return new StreamLine({
        clock,
        check: checkRequest,
        dial: dialSerial(transport, clock),
        framing: new RtuFraming(options.mayRead),
        timing: timingOf(serialTiming(transport, timeoutMs), options),
        quarantineMs: options.quarantineMs ?? quarantineMs,
        silentLimit: silentLimit.serial,
      })
    }
  }
}

/** The timing of a line with what is known of its units beforehand. */
export const timingOf = (
  timing: LineTiming<ModbusRequest>,
  { quirksOf }: Pick<ModbusLineOptions, 'quirksOf'>,
): LineTiming<ModbusRequest> => (quirksOf ? { ...timing, known: ({ unit }) => quirksOf(unit) } : timing)

/** Modbus TCP on any socket, dialled or dialling in. */
export const modbusTcpLine = (dial: Dial, options: ModbusLineOptions): TimedModbusLine =>
  new StreamLine({
    clock: options.clock,
    check: checkRequest,
    dial,
    framing: new MbapFraming(options.highestTransactionId),
    timing: timingOf(networkTiming(options.timeoutMs), options),
    quarantineMs: 0,
    silentLimit: silentLimit.network,
    window: new WindowProbe(options.window ?? mostUnderWay),
    repeatable: isRead,
  })

/** RTU frames through any socket, dialled or dialling in. */
export const rtuOverTcpLine = (dial: Dial, options: ModbusLineOptions): TimedModbusLine =>
  new StreamLine({
    clock: options.clock,
    check: checkRequest,
    dial,
    framing: new RtuFraming(options.mayRead),
    timing: timingOf(rtuOverTcpTiming(options.timeoutMs), options),
    quarantineMs: options.quarantineMs ?? quarantineMs,
    silentLimit: silentLimit.network,
  })
