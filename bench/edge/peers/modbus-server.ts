// A process of its own that plays many Modbus TCP terminals: every unit of every port answers every read with values that move as
// readings do, slowly and by small steps.   modbus-server.ts PORTS   prints the ports, one line of JSON
import { createServer } from 'node:net'

const count = Number(process.argv[2] ?? 1)
const startedAt = performance.now()

/** Register `address` of unit `unit` now: steady for some seconds, then a step. */
function register(unit: number, address: number): number {
  const second = (performance.now() - startedAt) / 1000
  return (200 + ((address * 7 + unit) % 50) + Math.floor(second / (2 + ((address + unit) % 7)))) & 0xffff
}

function reply(request: Buffer): Buffer {
  const unit = request.readUInt8(6)
  const code = request.readUInt8(7)
  const from = request.readUInt16BE(8)
  const places = request.readUInt16BE(10)
  const data = code <= 2 ? Math.ceil(places / 8) : 2 * places
  const frame = Buffer.alloc(9 + data)
  request.copy(frame, 0, 0, 4)
  frame.writeUInt16BE(3 + data, 4)
  frame.set([unit, code, data], 6)
  if (code > 2) for (let at = 0; at < places; at++) frame.writeUInt16BE(register(unit, from + at), 9 + 2 * at)
  return frame
}

const ports = await Promise.all(
  Array.from({ length: count }, () => {
    const server = createServer({ noDelay: true }, (socket) => {
      let rest: Buffer = Buffer.alloc(0)
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk: Buffer) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        const replies: Buffer[] = []
        for (; rest.length >= 12; rest = rest.subarray(12)) replies.push(reply(rest))
        if (replies.length > 0) socket.write(replies.length === 1 ? (replies[0] ?? '') : Buffer.concat(replies))
      })
    })
    return new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  }),
)
process.stdout.write(`${JSON.stringify({ ports })}\n`)
