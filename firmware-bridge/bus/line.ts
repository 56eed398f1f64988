import { type Cjt188Request, checkCjt188 } from '../cjt188/framing.ts'
import { checkDlt645, type Dlt645Request } from '../dlt645/framing.ts'
import type { ElementData } from '../frames/elements.ts'
import type { ModbusData, ModbusRequest, TimedModbusLine } from '../modbus/line.ts'
import { checkRequest } from '../modbus/pdu.ts'
import type { Line, LineFailure, TimedLine } from '../wire/line.ts'

/** A request to a meter, by the protocol it names. */
export type MeterRequest = Dlt645Request | Cjt188Request

/** A request to any terminal of a line that carries several protocols: to a Modbus one where it names none. */
export type BusRequest = ModbusRequest | MeterRequest
export type BusData = ModbusData | ElementData

/** A line that carries Modbus, DL/T 645 and CJ/T 188, one transaction at a time. */
export type TimedBusLine = TimedLine<BusRequest, BusData>

/** A line as a reader of meters sees it. */
export type MeterLine = Line<MeterRequest, ElementData>

export const protocolOf = (request: BusRequest): 'modbus' | 'dlt645' | 'cjt188' =>
  'protocol' in request ? request.protocol : 'modbus'

/** Meters are told from Modbus units by their protocol: 1 and '1' are two terminals. */
export const terminalOf = (request: BusRequest): number | string =>
  'protocol' in request ? `${request.protocol} ${request.meter}` : request.unit

/** @throws CIV_BRIDGE_REQUEST for what no terminal could answer. */
export function checkBus(request: BusRequest): void {
  if (!('protocol' in request)) checkRequest(request)
  else if (request.protocol === 'dlt645') checkDlt645(request)
  else checkCjt188(request)
}

/** What cannot come: the framing of one protocol answers its own requests alone. */
const confused: LineFailure = { ok: false, kind: 'crc', detail: 'the reply of another protocol' }

/** The Modbus side of a bus. */
export const modbusSide = (bus: TimedBusLine): TimedModbusLine => ({
  async transact(request, signal) {
    const outcome = await bus.transact(request, signal)
    if (outcome.ok && 'elements' in outcome) return confused
    return outcome
  },
  ...sharedSide(bus),
})

/** The meters' side of a bus. */
export const meterSide = (bus: TimedBusLine): MeterLine => ({
  async transact(request, signal) {
    const outcome = await bus.transact(request, signal)
    if (outcome.ok && !('elements' in outcome)) return confused
    return outcome
  },
  ...sharedSide(bus),
})

const sharedSide = (bus: TimedBusLine) => ({
  close: () => bus.close(),
  turnaroundMs: (terminal: number | string) => bus.turnaroundMs(terminal),
  pace: bus.pace,
  get health() {
    return bus.health
  },
  get window() {
    return bus.window
  },
})
