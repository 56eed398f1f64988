import type { Clock } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import { CivitalsError } from '@civitals/contracts/errors'
import { openBusLine } from '@civitals/firmware-bridge/bus'
import { meterSide, modbusSide, type TimedBusLine } from '@civitals/firmware-bridge/bus/line'
import { MeterReader } from '@civitals/firmware-bridge/bus/meter-reader'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import type { TimedModbusLine } from '@civitals/firmware-bridge/modbus/line'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import { askingRules, UnitRules } from '@civitals/firmware-bridge/modbus/unit-rules'
import { modbusPoints, type Profile } from '@civitals/firmware-bridge/profile'
import { isPushProtocol } from '../../config/protocol-rules.ts'
import type { LineConfig } from '../../config/schema.ts'
import type { OnStranger, Ports } from '../../listening/io/ports.ts'
import type { AskedLine, OpenLine } from '../assemble.ts'
import { dtuLine } from './dtu-line.ts'

/**
 * Makes lines of the configuration ready and says how their terminals are read. They are opened by their first transaction, or when they are
 * listened to; what only some lines need is loaded when the first of them is there. `gateway`: its id, part of the client ids at brokers.
 * `onStranger`: told of a DTU that dials in and no line has.
 */
export const openLines = (clock: Clock, gateway: string, onStranger: OnStranger = () => undefined): OpenLine => {
  let shared: Promise<Ports> | undefined
  const ports = (): Promise<Ports> => {
    shared ??= import('../../listening/io/ports.ts').then(({ Ports }) => new Ports(clock, onStranger))
    return shared
  }
  return async (line, protocol) => {
    if (line.transport.kind === 'mqtt') {
      const { openMqttSource } = await import('../../listening/io/open-mqtt-source.ts')
      return { source: openMqttSource(line, line.transport, gateway, clock) }
    }
    if (!isPushProtocol(protocol)) return await polledLine(line, clock, ports)
    const { openSource } = await import('../../listening/io/open-source.ts')
    return { source: await openSource(line, protocol, clock, await ports()) }
  }
}

async function polledLine(
  { id, transport, timeout, terminals }: LineConfig,
  clock: Clock,
  ports: () => Promise<Ports>,
): Promise<AskedLine> {
  const rules = new UnitRules()
  const options = { clock, ...rules, ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }) }
  switch (transport.kind) {
    case 'modbus-tcp': {
      const line = await openModbusLine(transport, { ...options, window: windowOf(transport, terminals) })
      return { line, readerOf: ({ unit }, profile) => modbusReader(line, unit, profile, rules, clock) }
    }
    case 'serial':
    case 'rtu-over-tcp':
    case 'tcp': {
      const bus = await openBusLine(transport, options)
      return { line: bus, readerOf: busReaders(bus, rules, clock) }
    }
    case 'tcp-server': {
      const shared = await ports()
      const { bus, line } = dtuLine(transport, (guest) => shared.join(guest), options)
      return { line, readerOf: busReaders(bus, rules, clock) }
    }
    case 'mqtt':
      throw new CivitalsError('CIV_GATEWAY_CONFIG', `line ${id}: nobody is asked over mqtt`)
  }
}

function busReaders(bus: TimedBusLine, rules: UnitRules, clock: Clock): AskedLine['readerOf'] {
  const [modbus, meters] = [modbusSide(bus), meterSide(bus)]
  return ({ unit, address = '' }, profile) =>
    profile.protocol === 'modbus'
      ? modbusReader(modbus, unit, profile, rules, clock)
      : new MeterReader({ line: meters, meter: address, profile })
}

function modbusReader(line: TimedModbusLine, unit = 0, profile: Profile, rules: UnitRules, clock: Clock): ModbusReader {
  rules.set(unit, profile)
  const points = modbusPoints(profile)
  return new ModbusReader({ line, unit, points, cost: line.pace, clock, ...askingRules(profile) })
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
