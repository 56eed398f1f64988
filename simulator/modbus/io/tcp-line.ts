import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '@civitals/contracts/clock'
import { exception, exceptions } from '../answer.ts'
import { type TcpRequest, takeTcp, tcpFrame } from '../frame.ts'
import type { TerminalsOfLine } from '../terminals.ts'

/** A simulated line that listens. */
export interface ListeningLine {
  readonly port: number
  close(): Promise<void>
}

/**
 * A Modbus TCP gateway with terminals behind it, on 127.0.0.1 at a port the system chooses. A unit that does not exist is
 * answered with exception 0x0B, as gateways do; a silent terminal is too busy to be answered for.
 */
export async function openTcpLine(terminals: TerminalsOfLine, clock: Clock): Promise<ListeningLine> {
  return listen((socket) => {
    let waiting: Uint8Array = new Uint8Array(0)
    socket.on('data', (chunk: Uint8Array) => {
      const { requests, rest, broken } = takeTcp(Buffer.concat([waiting, chunk]))
      waiting = rest
      for (const request of requests) answerTcp(socket, request, terminals, clock)
      if (broken) socket.destroy()
    })
  })
}

function answerTcp(socket: Socket, request: TcpRequest, terminals: TerminalsOfLine, clock: Clock): void {
  const { transaction, unit, pdu } = request
  if (!terminals.has(unit)) {
    socket.write(tcpFrame({ transaction, unit, pdu: exception(pdu[0] ?? 0, exceptions.targetSilent) }))
    return
  }
  const reply = terminals.ask(unit, pdu)
  if (!reply) return
  const frame = tcpFrame({ transaction, unit, pdu: reply.pdu })
  // There is no CRC on TCP; the like of it is a header that cannot be true.
  if (reply.spoilt) frame[2] = 0x55
  const send = (): void => {
    if (socket.writable) socket.write(frame)
  }
  if (reply.lateMs > 0) clock.after(reply.lateMs, send)
  else send()
}

/** A server on 127.0.0.1 whose connections end when it closes. */
export async function listen(connected: (socket: Socket) => void): Promise<ListeningLine> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    connected(socket)
  })
  const port = await listening(server)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
