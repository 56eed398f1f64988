import type { SerialTransport } from '../transport.ts'
import type { LineTiming } from '../wire/timing.ts'
import type { ModbusRequest } from './line.ts'
import { replyBytes, requestLength } from './pdu.ts'

/** Time of one character: start bit, data, parity, stop bits. */
export function characterMs(line: SerialTransport): number {
  const bits = 1 + (line.dataBits ?? 8) + ((line.parity ?? 'none') === 'none' ? 0 : 1) + (line.stopBits ?? 1)
  return (bits * 1000) / line.baud
}

/** 3.5 characters between frames; above 19200 baud the fixed 1.75 ms [MODBUS SERIAL 2.5.1.1]. */
export const interFrameMs = (line: SerialTransport): number => (line.baud > 19200 ? 1.75 : 3.5 * characterMs(line))

/**
 * A terminal's turnaround: 5 to 60 ms in manuals, and up to 24 ms of system and USB delay beside it. Three times their sum, so
 * that a slow terminal is not taken for a dead one, yet a dead one does not hold the line for a second.
 */
const turnaroundMs = 250

/** Unit and check sum of the request; unit, function, byte count and check sum of the reply [MODBUS SERIAL 2.3]. */
const around = 3 + 5

/** Timing of a serial line from its baud rate: wire time of both frames, two gaps, turnaround. */
export function serialTiming(line: SerialTransport, timeoutMs?: number): LineTiming<ModbusRequest> {
  const gapMs = interFrameMs(line)
  const wireMs = (request: ModbusRequest): number =>
    (around + requestLength(request) + replyBytes(request)) * characterMs(line)
  return {
    gapMs,
    characterMs: characterMs(line),
    timeoutMs: (request) => timeoutMs ?? Math.ceil(wireMs(request) + 2 * gapMs + turnaroundMs),
  }
}

/** Behind a socket the line's speed is unknown; a server that asks on answers for itself after its own time-out. */
const networkTimeoutMs = 1000

/** Timing of a line behind a socket. `gapMs`: 0 for Modbus TCP; for RTU over TCP the far side keeps the true gap. */
export const networkTiming = (timeoutMs: number = networkTimeoutMs): LineTiming<ModbusRequest> => ({
  gapMs: 0,
  characterMs: 0,
  timeoutMs: () => timeoutMs,
})
