import type { SerialTransport } from '../transport.ts'
import type { LineTiming } from '../wire/timing.ts'
import type { ModbusRequest } from './line.ts'
import { isRead, replyBytes, requestLength } from './pdu.ts'

/** Time of one character: start bit, data, parity, stop bits. */
export function characterMs(line: SerialTransport): number {
  const bits = 1 + (line.dataBits ?? 8) + ((line.parity ?? 'none') === 'none' ? 0 : 1) + (line.stopBits ?? 1)
  return (bits * 1000) / line.baud
}

/** 3.5 characters between frames; above 19200 baud the fixed 1.75 ms [MODBUS SERIAL 2.5.1.1]. */
export const interFrameMs = (line: SerialTransport): number => (line.baud > 19200 ? 1.75 : 3.5 * characterMs(line))

/** A line's patience: what is expected of terminals that have not answered yet, and the bounds of what is learned. Milliseconds. */
export interface Patience {
  readonly startMs: number
  readonly leastMs: number
  readonly mostMs: number
}

/** Turnaround is 5 to 60 ms in manuals; slow ones are met in the field. */
const serialPatience: Patience = { startMs: 250, leastMs: 30, mostMs: 3000 }
/**
 * What this machine adds beside the terminal's own time: system, scheduler and USB adapter. 24 ms were measured on an edge box
 * (wirenboard/wb-mge #136).
 */
const systemLagMs = 24

/** Unit and check sum around each PDU [MODBUS SERIAL 2.3]. */
const around = 3
const longestPdu = 253

/** Characters of a request and of its reply, the longest where it is not known. */
function characters(request: ModbusRequest): number {
  const reply =
    request.function === 'identify'
      ? longestPdu
      : isRead(request) || request.function === 'read-write-registers'
        ? 2 + replyBytes(request)
        : 5
  return requestLength(request) + around + reply + around
}

const terminal = (request: ModbusRequest): number => request.unit

/** Timing of a serial line from its baud rate and what its terminals have shown. `fixedMs`: patience that is not learned. */
export function serialTiming(
  line: SerialTransport,
  fixedMs?: number,
  patience: Patience = serialPatience,
): LineTiming<ModbusRequest> {
  const gapMs = interFrameMs(line)
  const character = characterMs(line)
  const { startMs, leastMs, mostMs } = patience
  const learned = (turnaroundMs: number): number => Math.min(mostMs, Math.max(leastMs, turnaroundMs + systemLagMs))
  return {
    gapMs,
    characterMs: character,
    terminal,
    startMs,
    timeoutMs: (request, turnaroundMs) =>
      fixedMs ?? characters(request) * character + 2 * gapMs + learned(turnaroundMs),
  }
}

/**
 * Behind a socket: the way there and back is part of the turnaround. A packet lost on the way is sent again after 200 ms and more
 * [RFC 6298], and a gateway answers for a silent terminal after its own time-out, which ours must outlast.
 */
const networkPatience: Patience = { startMs: 1000, leastMs: 400, mostMs: 5000 }

/** Timing of Modbus TCP. */
export const networkTiming = (
  fixedMs?: number,
  { startMs, leastMs, mostMs }: Patience = networkPatience,
): LineTiming<ModbusRequest> => ({
  gapMs: 0,
  characterMs: 0,
  terminal,
  startMs,
  timeoutMs: (_request, turnaroundMs) => fixedMs ?? Math.min(mostMs, Math.max(leastMs, turnaroundMs + systemLagMs)),
})

/** A serial server's line is taken to be no slower than this: 2400 baud, 10 bits a character. */
export const farCharacterMs = 10 / 2.4

/** Timing of RTU through a socket: the far side keeps the gaps, and its characters take time nobody told us. */
export function rtuOverTcpTiming(fixedMs?: number, patience: Patience = networkPatience): LineTiming<ModbusRequest> {
  const timing = networkTiming(fixedMs, patience)
  return {
    ...timing,
    timeoutMs: (request, turnaroundMs) =>
      fixedMs ?? timing.timeoutMs(request, turnaroundMs) + characters(request) * farCharacterMs,
  }
}
