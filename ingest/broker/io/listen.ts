import { createServer, type Server, type Socket } from 'node:net'
import { CivitalsError } from '@civitals/contracts/errors'

export interface ListenAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** A listening TCP server. Errors: CIV_INGEST_PORT_TAKEN, CIV_INGEST_LISTEN_FAILED. */
export async function listenTcp(address: ListenAddress, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, onSocket)
  server.maxConnections = 20_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(address, error)))
    server.listen(address.port, address.host, () => resolve())
  })
  return server
}

/** The port a listening server got. */
export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function listenError({ host, port }: ListenAddress, cause: NodeJS.ErrnoException): CivitalsError {
  const context = { host, port }
  if (cause.code === 'EADDRINUSE') {
    return new CivitalsError(
      'CIV_INGEST_PORT_TAKEN',
      `MQTT port ${port} on ${host} is taken by another program; choose another.`,
      { cause, context },
    )
  }
  const message = `Cannot listen for MQTT on ${host}:${port}: ${cause.message}.`
  return new CivitalsError('CIV_INGEST_LISTEN_FAILED', message, { cause, context })
}
