// What a gateway needs that runs from its configuration file: a folder with it, and a terminal on a socket.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A server on a free port, which it returns. */
export async function listen(t: Test, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Answers every register read with registers of value 7 [MODBUS 6.3]. */
export function terminal(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.on('data', (request) => {
    const count = request.readUInt16BE(10)
    const reply = Buffer.alloc(9 + count * 2)
    request.copy(reply, 0, 0, 8)
    reply.writeUInt16BE(3 + count * 2, 4)
    reply[8] = count * 2
    for (let index = 0; index < count; index++) reply.writeUInt16BE(7, 9 + index * 2)
    socket.write(reply)
  })
}

/** `gateway.yaml` of gateway gw-01 with one terminal, its password `secret` and room for its spool. */
export function configFolder(t: Test, brokerPort: number, modbusPort: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'password'), 'secret\n')
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:${brokerPort}, passwordFile: ./password }
spool: { folder: ./spool }
poll: { alarm: 100ms, normal: 100ms, bulk: 100ms }
lines:
  - id: tcp-1
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${modbusPort} }
    terminals:
      - { id: weather-01, unit: 1, profile: weather-foreign }
`,
  )
  return folder
}
