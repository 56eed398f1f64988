const polynomial = 0xa001

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ polynomial : crc >> 1
  return crc
})

/** CRC-16/MODBUS of `bytes[from..to)`; it travels low byte first [MODBUS SERIAL 6.2.2]. */
export function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff
  for (let place = from; place < to; place++) crc = (crc >> 8) ^ (table[(crc ^ (bytes[place] ?? 0)) & 0xff] ?? 0)
  return crc
}

/** The frame with its check sum behind it. */
export function withCrc(frame: Uint8Array): Buffer {
  const sealed = Buffer.alloc(frame.length + 2)
  sealed.set(frame)
  sealed.writeUInt16LE(crc16(frame), frame.length)
  return sealed
}

/** Whether `bytes[from..to)` ends with its own check sum. */
export const crcHolds = (bytes: Buffer, from: number, to: number): boolean =>
  to - from >= 4 && bytes.readUInt16LE(to - 2) === crc16(bytes, from, to - 2)
