import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports a system gives to outgoing connections, which could take one before the program that is told of it listens. */
const [lowestPort, ports] = [20_001, 12_000]

/** A TCP port nobody listens on now, drawn at random: tests in other processes look for theirs meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowestPort + randomInt(ports)
    const server = createServer().listen(port, '127.0.0.1')
    const listens = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!listens) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
