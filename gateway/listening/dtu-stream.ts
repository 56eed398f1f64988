import { Duplex } from 'node:stream'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { DtuPackets } from './dtu-packets.ts'

/** What may be the beginning of a heartbeat is data when the rest of it has not come by then. */
const tornMs = 50

/** A DTU's socket without what the DTU says itself. */
export class DtuStream extends Duplex {
  readonly #socket: Duplex
  readonly #packets: DtuPackets
  readonly #clock: Clock
  #torn: Timer | undefined

  constructor(socket: Duplex, packets: DtuPackets, clock: Clock) {
    super()
    this.#socket = socket
    this.#packets = packets
    this.#clock = clock
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.#end())
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  #take(chunk: Buffer): void {
    this.#torn?.cancel()
    this.#give(this.#packets.push(chunk))
    if (this.#packets.held > 0) this.#torn = this.#clock.after(tornMs, () => this.#give(this.#packets.flush()))
  }

  #give(data: Buffer): void {
    if (data.length > 0 && !this.destroyed && !this.push(data)) this.#socket.pause()
  }

  #end(): void {
    this.#give(this.#packets.flush())
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
