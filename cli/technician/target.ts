import { CivitalsError } from '@civitals/contracts/errors'
import type { ModbusTransport, SerialTransport } from '@civitals/firmware-bridge/transport'
import { type Arguments, type Option, wholeNumber } from '../command.ts'

/** How a technician names the line: every command that touches a terminal takes these. */
export const lineOptions: Readonly<Record<string, Option>> = {
  serial: { value: 'PATH', help: 'serial port, best by its name in /dev/serial/by-id' },
  baud: { value: 'N', help: 'speed of the serial port', default: '9600' },
  parity: { value: 'P', help: 'none, even or odd', default: 'none' },
  'stop-bits': { value: 'N', help: '1 or 2', default: '1' },
  tcp: { value: 'HOST:PORT', help: 'Modbus TCP server instead of a serial port' },
  'rtu-tcp': { value: 'HOST:PORT', help: 'RTU frames through a socket (serial server, DTU)' },
}

const parities = ['none', 'even', 'odd'] as const

/** The line the options name. @throws CIV_CLI_USAGE when they name none, two, or nonsense. */
export function transportOf(args: Arguments): ModbusTransport {
  const { serial, tcp, 'rtu-tcp': rtuTcp } = args.options
  const given = [serial, tcp, rtuTcp].filter((one) => one !== undefined)
  if (given.length !== 1) throw usage('name one line: --serial PATH, --tcp HOST:PORT or --rtu-tcp HOST:PORT')
  if (typeof serial === 'string') return serialOf(args, serial)
  if (typeof tcp === 'string') return { kind: 'modbus-tcp', ...endpoint('tcp', tcp) }
  return { kind: 'rtu-over-tcp', ...endpoint('rtu-tcp', String(rtuTcp)) }
}

function serialOf(args: Arguments, path: string): SerialTransport {
  const parity = parities.find((one) => one === args.options.parity)
  if (!parity) throw usage(`--parity takes none, even or odd, not ${String(args.options.parity)}`)
  const stopBits = wholeNumber(args, 'stop-bits', 1, 2) === 2 ? 2 : 1
  return { kind: 'serial', path, baud: wholeNumber(args, 'baud', 300, 4_000_000), parity, stopBits }
}

function endpoint(option: string, text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text) ?? []
  if (!host || !port || Number(port) < 1 || Number(port) > 65535)
    throw usage(`--${option} takes HOST:PORT, not ${text}`)
  return { host, port: Number(port) }
}

/** A line as a technician writes it down. */
export function printTransport(transport: ModbusTransport): string {
  switch (transport.kind) {
    case 'serial': {
      const letters = { none: 'N', even: 'E', odd: 'O' } as const
      const parity = letters[transport.parity ?? 'none']
      return `${transport.path} ${transport.baud} ${transport.dataBits ?? 8}${parity}${transport.stopBits ?? 1}`
    }
    case 'modbus-tcp':
    case 'rtu-over-tcp':
      return `${transport.kind} ${transport.host}:${transport.port}`
  }
}

/** Whole numbers of `1-10,17`, ascending, each in [low, high]. @throws CIV_CLI_USAGE */
export function rangesOf(option: string, text: string, low: number, high: number): number[] {
  const numbers = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []
    if (first === undefined || Number(first) < low || Number(last) > high || Number(first) > Number(last)) {
      throw usage(`--${option} takes numbers from ${low} to ${high} like 1-10,17; not ${part}`)
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}

const usage = (message: string): CivitalsError => new CivitalsError('CIV_CLI_USAGE', message)
