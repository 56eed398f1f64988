// Questions and their answers as they stand on the wire, published or built outside this project.
import type { BusRequest } from '../bus/line.ts'

/** One question and its answer. */
export type Exchange = readonly [request: BusRequest, reply: Buffer]

/** Gives a reply the number of its request as it was sent, where a protocol repeats it. */
export type Renumber = (reply: Buffer, sent: Buffer) => Buffer

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** telegraf #9253, [MODBUS 6.3], and the examples of simplymodbus.ca for the other functions. */
export const rtuExchanges: readonly Exchange[] = [
  [{ unit: 10, function: 'holding', address: 0x1004, count: 2 }, bytes('0A 03 04 00 00 00 00 40 F3')],
  [{ unit: 17, function: 'holding', address: 0x6b, count: 3 }, bytes('11 03 06 02 2B 00 00 00 64 C8 BA')],
  [{ unit: 17, function: 'input', address: 8, count: 1 }, bytes('11 04 02 00 0A F8 F4')],
  [{ unit: 17, function: 'coil', address: 0x13, count: 37 }, bytes('11 01 05 CD 6B B2 0E 1B 45 E6')],
  [{ unit: 17, function: 'write-register', address: 1, value: 3 }, bytes('11 06 00 01 00 03 9A 9B')],
  [{ unit: 17, function: 'write-registers', address: 1, values: [10, 258] }, bytes('11 10 00 01 00 02 12 98')],
]

/** The same as Modbus TCP carries them: behind transaction, protocol and length, without check sum [MODBUS TCP 3.1.3]. */
export const tcpExchanges: readonly Exchange[] = rtuExchanges.map(([request, reply]) => {
  const body = reply.subarray(0, -2)
  return [request, Buffer.concat([Buffer.from([0, 0, 0, 0, 0, body.length]), body])]
})
export const withTransaction: Renumber = (reply, sent) => {
  if (reply.length < 2) return reply
  const numbered = Buffer.from(reply)
  sent.copy(numbered, 0, 0, 2)
  return numbered
}

const meter = '202012345678'
/** DL/T 645 of both editions: see dlt645/golden. */
export const dlt645Of2007: readonly Exchange[] = [
  [
    { protocol: 'dlt645', meter, identifier: '02010100' },
    bytes('68 78 56 34 12 20 20 68 91 06 33 34 34 35 34 56 15 16'),
  ],
  [
    { protocol: 'dlt645', meter, identifier: '0001FF00' },
    bytes('68 78 56 34 12 20 20 68 91 10 33 32 34 33 AB 89 67 45 33 43 33 33 33 53 33 33 39 16'),
  ],
]
export const dlt645Of1997: readonly Exchange[] = [
  [
    { protocol: 'dlt645', meter: '000000000001', identifier: '9010' },
    bytes('68 01 00 00 00 00 00 68 81 06 43 C3 AB 89 67 45 3E 16'),
  ],
  [
    { protocol: 'dlt645', meter: '000000000001', identifier: 'B611' },
    bytes('68 01 00 00 00 00 00 68 81 04 44 E9 53 35 0B 16'),
  ],
]
/** The standard's example, see cjt188/golden. */
export const cjt188: readonly Exchange[] = [
  [
    { protocol: 'cjt188', meter: '78330011223344', type: 0x10, identifier: '901F' },
    bytes('68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 13 16'),
  ],
]
/** The serial number stands behind the identifier, and in the sum. FE bytes stand before what was sent. */
export const withSerial: Renumber = (reply, sent) => {
  if (reply.length < 16 || sent.length < 3) return reply
  const numbered = Buffer.from(reply)
  const serial = sent.readUInt8(sent.length - 3)
  const last = numbered.length - 2
  numbered.writeUInt8((numbered.readUInt8(last) - numbered.readUInt8(13) + serial) & 0xff, last)
  numbered.writeUInt8(serial, 13)
  return numbered
}
