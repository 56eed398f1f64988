import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FrameLimits } from '../frame-limits.ts'

type Done = (error?: Error | null) => void

/**
 * Stands between a socket and the broker: packets beyond the limit never reach the broker's parser, which would buffer them
 * whole before anyone has logged in. A fault destroys the connection and is told to `onFault` once.
 */
export class FrameGuard extends Duplex {
  readonly #socket: Socket
  readonly #limits = new FrameLimits()
  readonly #onFault: (fault: string) => void

  constructor(socket: Socket, onFault: (fault: string) => void) {
    super({ readableHighWaterMark: 64 * 1024, writableHighWaterMark: 64 * 1024, allowHalfOpen: false })
    this.#socket = socket
    this.#onFault = onFault
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  get peer(): string {
    return `${this.#socket.remoteAddress ?? '?'}:${this.#socket.remotePort ?? '?'}`
  }

  /** The peer has logged in: packets up to `limit` bytes may pass. */
  open(limit: number): void {
    this.#limits.limit = limit
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return
    const fault = this.#limits.check(chunk)
    if (fault) {
      this.#onFault(fault)
      this.destroy()
    } else if (!this.push(chunk)) this.#socket.pause()
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk, done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: Done): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy()
    done(error)
  }
}
