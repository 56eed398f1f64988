import { type PointValue, type RegisterMap, readCells, type Table } from './image.ts'

/** Exceptions a terminal answers with [MODBUS 7]. */
export const exceptions = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, targetSilent: 0x0b } as const

/** Reading functions: the table and the most cells one request may ask for [MODBUS 6.1-6.4]. */
const reads: Readonly<Record<number, { table: Table; most: number }>> = {
  1: { table: 'coil', most: 2000 },
  2: { table: 'discrete', most: 2000 },
  3: { table: 'holding', most: 125 },
  4: { table: 'input', most: 125 },
}

/** An exception reply: function code with its high bit set, then the code. */
export const exception = (functionCode: number, code: number): Uint8Array =>
  Uint8Array.of((functionCode | 0x80) & 0xff, code)

/**
 * The reply PDU of a terminal to a request PDU. Terminals of the demonstration are read only: every other function is
 * illegal. The order of the checks is that of the specification's state diagrams: function, quantity, address.
 */
export function answer(map: RegisterMap, pdu: Uint8Array, value: PointValue): Uint8Array {
  const code = pdu[0] ?? 0
  const read = reads[code]
  if (!read) return exception(code, exceptions.illegalFunction)
  if (pdu.length !== 5) return exception(code, exceptions.illegalValue)
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
  const count = view.getUint16(3)
  if (count < 1 || count > read.most) return exception(code, exceptions.illegalValue)
  const cells = readCells(map, read.table, view.getUint16(1), count, value)
  if (!cells) return exception(code, exceptions.illegalAddress)
  return read.most === 125 ? registersReply(code, cells) : bitsReply(code, cells)
}

function registersReply(code: number, cells: readonly number[]): Uint8Array {
  const reply = new Uint8Array(2 + 2 * cells.length)
  reply[0] = code
  reply[1] = 2 * cells.length
  const view = new DataView(reply.buffer)
  cells.forEach((cell, at) => {
    view.setUint16(2 + 2 * at, cell)
  })
  return reply
}

/** First cell in the lowest bit of the first byte; padding bits are 0 [MODBUS 6.1]. */
function bitsReply(code: number, cells: readonly number[]): Uint8Array {
  const bytes = Math.ceil(cells.length / 8)
  const reply = new Uint8Array(2 + bytes)
  reply[0] = code
  reply[1] = bytes
  cells.forEach((cell, at) => {
    const place = 2 + (at >> 3)
    if (cell) reply[place] = (reply[place] ?? 0) | (1 << (at & 7))
  })
  return reply
}
