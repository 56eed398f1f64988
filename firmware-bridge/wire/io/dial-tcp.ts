import { connect } from 'node:net'
import type { Dial, Link } from '../link.ts'

const keepAliveMs = 15_000

/** Opens a socket; small frames leave at once, and a peer that vanished is noticed by the system. */
export const dialTcp =
  (host: string, port: number): Dial =>
  (signal) =>
    new Promise<Link>((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs })
      const fail = (error: unknown): void => {
        signal.removeEventListener('abort', stop)
        socket.destroy()
        reject(error)
      }
      const stop = (): void => fail(signal.reason)
      socket.once('error', fail)
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      socket.once('connect', () => {
        signal.removeEventListener('abort', stop)
        socket.off('error', fail)
        resolve({ stream: socket, close: () => closed(socket) })
      })
    })

const closed = (socket: ReturnType<typeof connect>): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) return resolve()
    socket.once('close', () => resolve())
    socket.destroy()
  })
