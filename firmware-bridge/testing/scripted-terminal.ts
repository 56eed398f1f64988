// Terminals for tests that do exactly what a script says: late, twice, torn, corrupt or not at all.
import type { Duplex } from 'node:stream'
import { withCrc } from '../modbus/crc.ts'

/** A read request as it stood on the wire. */
export interface SeenRequest {
  readonly unit: number
  readonly code: number
  readonly address: number
  readonly count: number
  /** Transaction id of Modbus TCP, 0 in RTU. */
  readonly id: number
}

/** Calls `answer` for every RTU request of 8 bytes. */
export function listenRtu(far: Duplex, answer: (request: SeenRequest, far: Duplex) => void): void {
  far.on('data', (frame: Buffer) => answer({ ...read(frame), id: 0 }, far))
}

/** Calls `answer` for every Modbus TCP request of 12 bytes. */
export function listenTcp(far: Duplex, answer: (request: SeenRequest, far: Duplex) => void): void {
  far.on('data', (frame: Buffer) => {
    for (let from = 0; from + 12 <= frame.length; from += 12) {
      answer({ ...read(frame.subarray(from + 6)), id: frame.readUInt16BE(from) }, far)
    }
  })
}

const read = (body: Buffer): Omit<SeenRequest, 'id'> => ({
  unit: body.readUInt8(0),
  code: body.readUInt8(1),
  address: body.readUInt16BE(2),
  count: body.readUInt16BE(4),
})

/** The reply of a terminal whose register n holds 1000 + n. */
export function body({ unit, code, address, count }: SeenRequest): Buffer {
  const reply = Buffer.alloc(3 + 2 * count)
  reply.set([unit, code, 2 * count])
  for (let place = 0; place < count; place++) reply.writeUInt16BE(1000 + address + place, 3 + 2 * place)
  return reply
}

export const rtuReply = (request: SeenRequest): Buffer => withCrc(body(request))

export function tcpReply(request: SeenRequest): Buffer {
  const reply = body(request)
  return Buffer.concat([Buffer.from([request.id >> 8, request.id & 0xff, 0, 0, 0, reply.length]), reply])
}
