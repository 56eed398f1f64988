/**
 * Framing of the simulated terminals. Written from the Modbus documents on its own, sharing nothing with the master in
 * firmware-bridge, so that one judges the other.
 */

/** CRC-16 of a serial frame: polynomial 0xA001 reflected, start 0xFFFF; sent low byte first [MODBUS serial line 2.5.1.2]. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return crc
}

/** One request or reply of one terminal without its framing. */
export interface Adu {
  readonly unit: number
  readonly pdu: Uint8Array
}

/** A serial frame: unit, PDU, CRC. */
export function rtuFrame({ unit, pdu }: Adu): Uint8Array {
  const frame = new Uint8Array(pdu.length + 3)
  frame[0] = unit
  frame.set(pdu, 1)
  const crc = crc16(frame.subarray(0, -2))
  frame[frame.length - 2] = crc & 0xff
  frame[frame.length - 1] = crc >>> 8
  return frame
}

/** What stands in a whole serial frame, or undefined when length or CRC do not hold. */
export function readRtu(frame: Uint8Array): Adu | undefined {
  if (frame.length < 4 || frame.length > 256) return undefined
  const crc = (frame[frame.length - 2] ?? 0) | ((frame[frame.length - 1] ?? 0) << 8)
  if (crc16(frame.subarray(0, -2)) !== crc) return undefined
  return { unit: frame[0] ?? 0, pdu: frame.slice(1, -2) }
}

/**
 * Length of the serial request that starts `bytes`, CRC included: 8 for reads and single writes, by byte count for multiple
 * writes. Undefined: not known yet, or a function only the silence after the frame can end.
 */
export function rtuRequestLength(bytes: Uint8Array): number | undefined {
  const code = bytes[1] ?? 0
  if (code >= 1 && code <= 6) return 8
  const count = bytes[6]
  return (code === 15 || code === 16) && count !== undefined ? 9 + count : undefined
}

/** A request as it came over Modbus TCP, with the transaction it belongs to. */
export interface TcpRequest extends Adu {
  readonly transaction: number
}

/** Header and PDU [MODBUS TCP 3.1.3]. */
export function tcpFrame({ transaction, unit, pdu }: TcpRequest): Uint8Array {
  const frame = new Uint8Array(7 + pdu.length)
  const view = new DataView(frame.buffer)
  view.setUint16(0, transaction)
  view.setUint16(4, pdu.length + 1)
  frame[6] = unit
  frame.set(pdu, 7)
  return frame
}

/** Takes the requests out of the front of a TCP stream; `broken` when what stands there cannot be Modbus. */
export function takeTcp(bytes: Uint8Array): { requests: TcpRequest[]; rest: Uint8Array; broken: boolean } {
  const requests: TcpRequest[] = []
  let rest = bytes
  while (rest.length >= 7) {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength)
    const length = view.getUint16(4)
    if (view.getUint16(2) !== 0 || length < 2 || length > 254) return { requests, rest, broken: true }
    if (rest.length < 6 + length) break
    requests.push({ transaction: view.getUint16(0), unit: view.getUint8(6), pdu: rest.slice(7, 6 + length) })
    rest = rest.subarray(6 + length)
  }
  return { requests, rest, broken: false }
}
