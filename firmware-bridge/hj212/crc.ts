const polynomial = 0xa001

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ polynomial : crc >> 1
  return crc
})

/**
 * Check sum of a data segment [HJ 212-2017 A]. The standard's program shifts the register by a whole byte before each step,
 * which drops the low half: only 256 results exist, and an error slips through once in 256. The grammar of the frame is
 * therefore checked strictly as well.
 */
export function crcHj212(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) crc = table[(crc >> 8) ^ byte] ?? 0
  return crc
}

/** As it stands in the frame: four hexadecimal digits, high byte first. */
export const crcText = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, '0')
