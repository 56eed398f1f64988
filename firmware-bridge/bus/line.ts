import { type Cjt188Request, checkCjt188 } from '../cjt188/framing.ts'
import { checkDlt645, type Dlt645Request } from '../dlt645/framing.ts'
import type { ElementData } from '../frames/elements.ts'
import type { ModbusData, ModbusRequest, TimedModbusLine } from '../modbus/line.ts'
import { checkRequest } from '../modbus/pdu.ts'
import type { Line, LineFailure, LinePace, LineStatistics, Outcome, TimedLine } from '../wire/line.ts'

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

/** One protocol's view of a bus. */
class Side<Q extends BusRequest, R extends BusData> implements TimedLine<Q, R> {
  readonly pace: LinePace
  readonly #bus: TimedBusLine
  readonly #isOwn: (data: BusData) => data is R

  constructor(bus: TimedBusLine, isOwn: (data: BusData) => data is R) {
    this.#bus = bus
    this.#isOwn = isOwn
    this.pace = bus.pace
  }

  async transact(request: Q, signal?: AbortSignal): Promise<Outcome<R>> {
    const outcome = await this.#bus.transact(request, signal)
    if (!outcome.ok || this.#isOwn(outcome)) return outcome
    return confused
  }

  close(): Promise<void> {
    return this.#bus.close()
  }

  turnaroundMs(terminal: number | string): number {
    return this.#bus.turnaroundMs(terminal)
  }

  get health(): LineStatistics {
    return this.#bus.health
  }

  get window(): number {
    return this.#bus.window
  }
}

const isElements = (data: BusData): data is ElementData => 'elements' in data
const isModbus = (data: BusData): data is ModbusData => !isElements(data)

/** A bus as those see it who ask its Modbus terminals. Closing it closes the bus. */
export const modbusSide = (bus: TimedBusLine): TimedModbusLine => new Side<ModbusRequest, ModbusData>(bus, isModbus)

/** A bus as those see it who ask its meters. Closing it closes the bus. */
export const meterSide = (bus: TimedBusLine): MeterLine => new Side<MeterRequest, ElementData>(bus, isElements)
