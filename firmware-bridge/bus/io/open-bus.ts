import { Cjt188Framing } from '../../cjt188/framing.ts'
import { Dlt645Framing } from '../../dlt645/framing.ts'
import { type ModbusLineOptions, timingOf } from '../../modbus/io/open-line.ts'
import { RtuFraming } from '../../modbus/rtu-framing.ts'
import { characterMs, farCharacterMs, rtuOverTcpTiming, serialTiming } from '../../modbus/timing.ts'
import type { Transport } from '../../transport.ts'
import { BusFraming, type BusFramings } from '../../wire/bus-framing.ts'
import { dialTcp } from '../../wire/io/dial-tcp.ts'
import { exactClock } from '../../wire/io/exact-clock.ts'
import type { Dial } from '../../wire/link.ts'
import { StreamLine } from '../../wire/stream-line.ts'
import type { LineTiming } from '../../wire/timing.ts'
import { type BusData, type BusRequest, checkBus, protocolOf, type TimedBusLine } from '../line.ts'
import { busTiming } from '../timing.ts'

export type BusLineOptions = Pick<ModbusLineOptions, 'clock' | 'timeoutMs' | 'quarantineMs' | 'mayRead' | 'quirksOf'>
/** Transports that carry the bytes of a serial line and on which this side opens it. */
export type BusTransport = Extract<Transport, { kind: 'serial' | 'rtu-over-tcp' | 'tcp' }>

const quarantineMs = 300
const silentLimit = { network: 3, serial: 20 } as const

/**
 * Makes a line ready that carries Modbus RTU, DL/T 645 and CJ/T 188 side by side; it is opened by its first transaction. The module of
 * serial ports is loaded only for a serial line.
 */
export async function openBusLine(transport: BusTransport, options: BusLineOptions): Promise<TimedBusLine> {
  if (transport.kind !== 'serial') return busThroughSocket(dialTcp(transport.host, transport.port), options)
  const { dialSerial } = await import('../../wire/io/dial-serial.ts')
  const timing = busTiming(
    timingOf(serialTiming(transport, options.timeoutMs), options),
    characterMs(transport),
    options.timeoutMs,
  )
  const clock = exactClock(options.clock)
  return busLine(dialSerial(transport, clock), timing, silentLimit.serial, { ...options, clock })
}

/** The same through any socket, dialled or dialling in. */
export function busThroughSocket(dial: Dial, options: BusLineOptions): TimedBusLine {
  const timing = busTiming(timingOf(rtuOverTcpTiming(options.timeoutMs), options), farCharacterMs, options.timeoutMs)
  return busLine(dial, timing, silentLimit.network, options)
}

function busLine(dial: Dial, timing: LineTiming<BusRequest>, silent: number, options: BusLineOptions): TimedBusLine {
  // `protocolOf` hands each framing the requests of its own protocol alone.
  const framings: BusFramings<BusRequest, BusData> = {
    modbus: new RtuFraming(options.mayRead),
    dlt645: new Dlt645Framing(),
    cjt188: new Cjt188Framing(),
  }
  return new StreamLine<BusRequest, BusData>({
    clock: options.clock,
    check: checkBus,
    dial,
    framing: new BusFraming(framings, protocolOf),
    timing,
    quarantineMs: options.quarantineMs ?? quarantineMs,
    silentLimit: silent,
  })
}
