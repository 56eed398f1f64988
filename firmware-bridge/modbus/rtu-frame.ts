import { crcHolds } from './crc.ts'
import type { ModbusRequest } from './line.ts'
import { exceptionFlag, functionCodes, replyBytes } from './pdu.ts'

const exceptionLength = 5

/** The first whole frame in `bytes` that can answer `request`: its unit, its function, its length, its check sum. */
export function findReply(bytes: Buffer, request: ModbusRequest): Buffer | undefined {
  const code = functionCodes[request.function]
  const data = replyBytes(request)
  for (let from = 0; from + exceptionLength <= bytes.length; from++) {
    if (bytes[from] !== request.unit) continue
    const good = bytes[from + 1] === code && bytes[from + 2] === data
    if (!good && bytes[from + 1] !== (code | exceptionFlag)) continue
    const to = from + (good ? 3 + data + 2 : exceptionLength)
    if (to <= bytes.length && crcHolds(bytes, from, to)) return bytes.subarray(from, to)
  }
  return undefined
}
