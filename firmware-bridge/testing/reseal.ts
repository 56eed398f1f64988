import { crc16 } from '../modbus/crc.ts'

/**
 * Repairs length and check sum of a frame that was changed, so that the change is not refused by its check sum and reaches what
 * lies behind it. Written from the standards and not with the codecs it tests. A frame too short to have them stays as it is.
 */
export type Reseal = (frame: Buffer) => Buffer

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0)

const gb26875: Reseal = (frame) => {
  if (frame.length < 30) return frame
  const bytes = Buffer.from(frame)
  bytes.write('@@', 0)
  bytes.writeUInt16LE((bytes.length - 30) & 0xffff, 24)
  bytes[bytes.length - 3] = sum(bytes.subarray(2, -3))
  bytes.write('##', bytes.length - 2)
  return bytes
}

const jtt808: Reseal = (frame) => {
  const inner = [...frame.subarray(1, -1)]
  const plain = Buffer.from(
    inner.flatMap((byte, place) => {
      if (byte === 0x7d) return []
      if (inner[place - 1] === 0x7d) return [byte === 1 ? 0x7d : 0x7e]
      return [byte]
    }),
  )
  if (plain.length < 13) return frame
  const head = (plain.readUInt16BE(2) & 0x4000 ? 17 : 12) + (plain.readUInt16BE(2) & 0x2000 ? 4 : 0)
  const length = Math.max(0, plain.length - 1 - head) & 0x3ff
  plain.writeUInt16BE((plain.readUInt16BE(2) & ~0x3ff) | length, 2)
  plain[plain.length - 1] = plain.subarray(0, -1).reduce((xor, byte) => xor ^ byte, 0)
  const sent = [...plain].flatMap((byte) => (byte === 0x7e ? [0x7d, 2] : byte === 0x7d ? [0x7d, 1] : [byte]))
  return Buffer.from([0x7e, ...sent, 0x7e])
}

const modbusRtu: Reseal = (frame) => {
  if (frame.length < 4) return frame
  const bytes = Buffer.from(frame)
  bytes.writeUInt16LE(crc16(bytes, 0, bytes.length - 2), bytes.length - 2)
  return bytes
}

/** DL/T 645 and CJ/T 188: length at `place` after the first 68, sum from that 68 on, 16 at the end. */
const meter =
  (place: number): Reseal =>
  (frame) => {
    const start = frame.indexOf(0x68)
    if (start < 0 || frame.length < start + place + 3) return frame
    const bytes = Buffer.from(frame)
    bytes[start + place] = bytes.length - start - place - 3
    bytes[bytes.length - 2] = sum(bytes.subarray(start, -2))
    bytes[bytes.length - 1] = 0x16
    return bytes
  }

const sl651: Reseal = (frame) => {
  if (frame.length < 17) return frame
  const bytes = Buffer.from(frame)
  bytes.writeUInt16BE((bytes.readUInt16BE(11) & 0xf000) | ((bytes.length - 17) & 0xfff), 11)
  bytes.writeUInt16BE(crc16(bytes, 0, bytes.length - 2), bytes.length - 2)
  return bytes
}

/** Each step drops the low byte before it takes the next one [HJ 212-2017 annex A]. */
function hj212Crc(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc = (crc >> 8) ^ byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

const hj212: Reseal = (frame) => {
  if (frame.length < 12) return frame
  const data = frame.subarray(6, -6)
  const head = `##${String(data.length).padStart(4, '0')}`
  const tail = `${hj212Crc(data).toString(16).toUpperCase().padStart(4, '0')}\r\n`
  return Buffer.concat([Buffer.from(head), data, Buffer.from(tail)])
}

export const reseals: Readonly<Record<string, Reseal>> = {
  hj212,
  dlt645: meter(9),
  cjt188: meter(10),
  sl651,
  gb26875,
  jtt808,
  'modbus-rtu': modbusRtu,
}
