import { frameShape as cjt188Shape } from '../cjt188/frame.ts'
import { dataLengthOf } from '../dlt645/elements.ts'
import { frameShape as dlt645Shape, mostData } from '../dlt645/frame.ts'
import type { MeterFrameShape } from '../frames/meter-frame.ts'
import type { ModbusRequest } from '../modbus/line.ts'
import type { LineTiming } from '../wire/timing.ts'
import { type BusRequest, type MeterRequest, terminalOf } from './line.ts'

/** A meter begins its reply within 500 ms [DL/T 645-2007 5.2.5.2]; those of CJ/T 188 are given the same. */
const meterTurnaroundMs = 500
const mostTurnaroundMs = 3000
/** System, scheduler and USB adapter, beside the meter's own time. */
const systemLagMs = 24
/** FE before a frame, either way. */
const leadBytes = 4
/** Sum and end mark. */
const tailBytes = 2
/** A reading of a heat meter, the longest there is, and something for the maker's additions. */
const cjt188Data = 80

const around = ({ head }: MeterFrameShape): number => leadBytes + head + tailBytes

/** Characters of a request and of its reply, the longest where it is not known. */
function charactersOf(request: MeterRequest): number {
  if (request.protocol === 'cjt188') return 2 * around(cjt188Shape) + 3 + cjt188Data
  if ('find' in request) return 2 * around(dlt645Shape) + 6
  const identifier = request.identifier.length / 2
  const data = request.follow === undefined ? dataLengthOf(request.identifier, request.format) : undefined
  return 2 * (around(dlt645Shape) + identifier) + 1 + (data ?? mostData - identifier)
}

/**
 * Timing of a line that carries meters beside Modbus terminals, made of that of the Modbus line. `characterMs`: where the line itself does not
 * know it, behind a socket. `fixedMs`: patience that is not learned.
 */
export function busTiming(
  modbus: LineTiming<ModbusRequest>,
  characterMs: number,
  fixedMs?: number,
): LineTiming<BusRequest> {
  const learned = (turnaroundMs: number): number =>
    Math.min(mostTurnaroundMs, Math.max(meterTurnaroundMs, turnaroundMs + systemLagMs))
  return {
    ...modbus,
    terminal: terminalOf,
    known: (request) => ('protocol' in request ? {} : (modbus.known?.(request) ?? {})),
    timeoutMs: (request, turnaroundMs) =>
      'protocol' in request
        ? (fixedMs ?? charactersOf(request) * characterMs + 2 * modbus.gapMs + learned(turnaroundMs))
        : modbus.timeoutMs(request, turnaroundMs),
  }
}
