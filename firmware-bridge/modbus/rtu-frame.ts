import { crc16, crcHolds } from './crc.ts'
import type { ModbusRequest } from './line.ts'
import { exceptionFlag, functionCodes, isRead, replyBytes, replyLength, requestLength, writeRequest } from './pdu.ts'

/** Unit before the PDU, check sum behind it [MODBUS SERIAL 2.3]. */
const around = 3
const exceptionLength = 5

/** The request as it stands on the wire, check sum included. */
export function rtuRequest(request: ModbusRequest): Buffer {
  const length = requestLength(request)
  const frame = Buffer.allocUnsafe(length + around)
  frame[0] = request.unit
  writeRequest(request, frame, 1)
  frame.writeUInt16LE(crc16(frame, 0, length + 1), length + 1)
  return frame
}

/** Where a frame stands in a buffer: `bytes[from..to)`, unit and check sum included. */
export interface FramePlace {
  readonly from: number
  readonly to: number
}

/**
 * The first whole frame in `bytes` from `start` on that can answer `request`: its unit, its function, its length, its check
 * sum.
 */
export function findReply(bytes: Buffer, request: ModbusRequest, start = 0): FramePlace | undefined {
  const code = functionCodes[request.function]
  const data = isRead(request) || request.function === 'read-write-registers' ? replyBytes(request) : undefined
  for (let from = start; from + exceptionLength <= bytes.length; from++) {
    if (bytes[from] !== request.unit) continue
    const good = bytes[from + 1] === code && (data === undefined || bytes[from + 2] === data)
    if (!good && bytes[from + 1] !== (code | exceptionFlag)) continue
    const pdu = good ? replyLength(request, bytes, from + 1, bytes.length) : exceptionLength - around
    if (pdu === undefined) continue
    const to = from + pdu + around
    if (to <= bytes.length && crcHolds(bytes, from, to)) return { from, to }
  }
  return undefined
}
