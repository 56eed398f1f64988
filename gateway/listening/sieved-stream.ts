import { Duplex } from 'node:stream'
import type { Clock, Timer } from '@civitals/contracts/clock'

/** Takes out of a stream what is not for its reader. */
export interface Sieve {
  /** What of the bytes so far is for the reader. */
  push(chunk: Buffer): Buffer
  /** Bytes kept back until more come. */
  readonly held: number
  /** Nothing more came: what of it was data after all. */
  flush(): Buffer
}

/** What was kept back is data when nothing more has come by then. */
const tornMs = 50

/** A socket that is read through a sieve. */
export class SievedStream extends Duplex {
  readonly #socket: Duplex
  readonly #sieve: Sieve
  readonly #clock: Clock
  #torn: Timer | undefined

  constructor(socket: Duplex, sieve: Sieve, clock: Clock) {
    super()
    this.#socket = socket
    this.#sieve = sieve
    this.#clock = clock
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.#end())
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  #take(chunk: Buffer): void {
    this.#torn?.cancel()
    this.#give(this.#sieve.push(chunk))
    if (this.#sieve.held > 0) this.#torn = this.#clock.after(tornMs, () => this.#give(this.#sieve.flush()))
  }

  #give(data: Buffer): void {
    if (data.length > 0 && !this.destroyed && !this.push(data)) this.#socket.pause()
  }

  #end(): void {
    this.#give(this.#sieve.flush())
    this.push(null)
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
    this.#torn?.cancel()
    this.#socket.destroy()
    done(error)
  }
}
