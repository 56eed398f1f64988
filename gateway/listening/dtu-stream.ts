import { Duplex } from 'node:stream'

/** A DTU's socket without what is not for the terminals' protocol: `keep` says what of each chunk is. */
export class DtuStream extends Duplex {
  readonly #socket: Duplex

  constructor(socket: Duplex, keep: (chunk: Buffer) => Buffer) {
    super()
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      const kept = keep(chunk)
      if (kept.length > 0 && !this.push(kept)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
