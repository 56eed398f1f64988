// A Modbus TCP terminal of a few lines for the tests of the technician's commands; written from [MODBUS 6], not from our codec.
import { createServer, type Socket } from 'node:net'

export interface TestTerminal {
  readonly port: number
  /** Holding registers by address; an address that is not there is refused with exception 2. */
  readonly registers: Map<number, number>
  readonly coils: Map<number, boolean>
  /** Addresses that take a write, confirm it, and keep what they had. */
  readonly stubborn: Set<number>
  /** Function codes of the requests that came, in order. */
  readonly seen: number[]
  close(): Promise<void>
}

/** Serves unit 1; other units get no answer. */
export async function testTerminal(
  registers: Iterable<readonly [number, number]>,
  coils: Iterable<readonly [number, boolean]> = [],
): Promise<TestTerminal> {
  const tables = { registers: new Map(registers), coils: new Map(coils), stubborn: new Set<number>() }
  const seen: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (frame: Buffer) => {
      const body = frame.subarray(7)
      if (frame[6] !== 1) return
      seen.push(body.readUInt8(0))
      const reply = answer(body, tables)
      const head = Buffer.from(frame.subarray(0, 7))
      head.writeUInt16BE(reply.length + 1, 4)
      socket.write(Buffer.concat([head, reply]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    ...tables,
    seen,
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function answer(body: Buffer, { registers, coils, stubborn }: Pick<TestTerminal, 'registers' | 'coils' | 'stubborn'>) {
  const [code, address] = [body.readUInt8(0), body.readUInt16BE(1)]
  const refused = Buffer.from([code | 0x80, 2])
  const places = (count: number): number[] => Array.from({ length: count }, (_, place) => address + place)
  switch (code) {
    case 1: {
      const wanted = places(body.readUInt16BE(3))
      if (!wanted.every((place) => coils.has(place))) return refused
      const bytes = Buffer.alloc((wanted.length + 7) >> 3)
      for (const [index, place] of wanted.entries())
        if (coils.get(place)) bytes[index >> 3] = bytes.readUInt8(index >> 3) | (1 << (index & 7))
      return Buffer.concat([Buffer.from([code, bytes.length]), bytes])
    }
    case 3: {
      const wanted = places(body.readUInt16BE(3))
      if (!wanted.every((place) => registers.has(place))) return refused
      const words = Buffer.alloc(2 * wanted.length)
      for (const [index, place] of wanted.entries()) words.writeUInt16BE(registers.get(place) ?? 0, 2 * index)
      return Buffer.concat([Buffer.from([code, words.length]), words])
    }
    case 5:
      if (!coils.has(address)) return refused
      if (!stubborn.has(address)) coils.set(address, body[3] === 0xff)
      return body.subarray(0, 5)
    case 6:
      if (!registers.has(address)) return refused
      if (!stubborn.has(address)) registers.set(address, body.readUInt16BE(3))
      return body.subarray(0, 5)
    case 16: {
      const wanted = places(body.readUInt16BE(3))
      if (!wanted.every((place) => registers.has(place))) return refused
      for (const [index, place] of wanted.entries())
        if (!stubborn.has(place)) registers.set(place, body.readUInt16BE(6 + 2 * index))
      return body.subarray(0, 5)
    }
    default:
      return Buffer.from([code | 0x80, 1])
  }
}
