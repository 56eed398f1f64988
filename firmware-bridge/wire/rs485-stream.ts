import { Duplex } from 'node:stream'
import { type Clock, sleep } from '@civitals/contracts/clock'

/** A serial port whose RTS line can be set. */
export interface SwitchablePort extends Duplex {
  set(lines: { readonly rts: boolean }, done: (error: Error | null) => void): void
  /** Calls back when the last byte has left. */
  drain(done: (error: Error | null) => void): void
}

export interface Rs485Switching {
  /** RTS while sending. */
  readonly sending: boolean
  /** From RTS to the first byte, and from the last byte to RTS back, ms. */
  readonly beforeMs: number
  readonly afterMs: number
  /** The receiver hears what is sent. */
  readonly hearsItself: boolean
}

/** A serial port behind a transceiver that RTS switches between sending and receiving: each write is sent whole before the line is let go. */
export class Rs485Stream extends Duplex {
  readonly #port: SwitchablePort
  readonly #switching: Rs485Switching
  readonly #clock: Clock
  /** What was sent and has not been heard back. */
  #echo: Buffer = Buffer.alloc(0)

  constructor(port: SwitchablePort, switching: Rs485Switching, clock: Clock) {
    super()
    this.#port = port
    this.#switching = switching
    this.#clock = clock
    port.on('data', (chunk: Buffer) => {
      const heard = this.#withoutEcho(chunk)
      if (heard.length > 0 && !this.push(heard)) port.pause()
    })
    port.on('end', () => this.push(null))
    port.on('error', (error: Error) => this.destroy(error))
    port.on('close', () => this.destroy())
  }

  /** Lets the line go; to be called once it is open. */
  listen(): Promise<void> {
    return this.#set(!this.#switching.sending)
  }

  override _read(): void {
    this.#port.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#port.destroy()
    done(error)
  }

  async #send(chunk: Buffer): Promise<void> {
    const { sending, beforeMs, afterMs, hearsItself } = this.#switching
    await this.#set(sending)
    if (beforeMs > 0) await sleep(this.#clock, beforeMs)
    if (hearsItself) this.#echo = chunk
    this.#port.write(chunk)
    await called((done) => this.#port.drain(done))
    if (afterMs > 0) await sleep(this.#clock, afterMs)
    await this.#set(!sending)
  }

  #set(rts: boolean): Promise<void> {
    return called((done) => this.#port.set({ rts }, done))
  }

  /** Drops the echo byte by byte; where it differs the line carries something else, and all of it is heard. */
  #withoutEcho(chunk: Buffer): Buffer {
    let same = 0
    while (same < this.#echo.length && same < chunk.length && chunk[same] === this.#echo[same]) same++
    const differs = same < this.#echo.length && same < chunk.length
    this.#echo = differs ? Buffer.alloc(0) : this.#echo.subarray(same)
    return chunk.subarray(same)
  }
}

const called = (start: (done: (error: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()))
  })
