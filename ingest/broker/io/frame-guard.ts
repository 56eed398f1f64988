import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Clock, Timer } from '@civitals/contracts/clock'
import type { Allowance } from '../allowance.ts'
import { FrameLimits } from '../frame-limits.ts'

/** [MQTT-3.1.1 3.13] */
const pingresp = Buffer.from([0xd0, 0])

type Done = (error?: Error | null) => void

export interface FrameGuardOptions {
  readonly socket: Socket
  readonly clock: Clock
  /** Told once; the connection is destroyed. */
  readonly onFault: (fault: string) => void
  /** Told each time the socket is left unread because its peer sends more than it may. */
  readonly onHeld?: () => void
}

/**
 * Stands between a socket and the broker: packets beyond the limit never reach the broker's parser, which would buffer them
 * whole before anyone has logged in, and whoever sends faster than allowed is read later, not less.
 */
export class FrameGuard extends Duplex {
  /** Address of the peer, without the port. */
  readonly address: string
  /** ADDRESS:PORT of the peer, as it was when it came. */
  readonly peer: string
  /** When bytes were last read, by the monotonic clock. */
  heardAt: number
  readonly #options: FrameGuardOptions
  readonly #limits = new FrameLimits()
  #allowance: Allowance | undefined
  #held: Timer | undefined
  #beat: Timer | undefined
  #kept = false

  constructor(options: FrameGuardOptions) {
    super({ readableHighWaterMark: 64 * 1024, writableHighWaterMark: 64 * 1024, allowHalfOpen: false })
    const { socket, clock } = options
    this.#options = options
    this.address = socket.remoteAddress ?? '?'
    this.peer = `${this.address}:${socket.remotePort ?? '?'}`
    this.heardAt = clock.mono()
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Whether the socket is left unread now because its peer has sent more than it may. */
  get isHeld(): boolean {
    return this.#held !== undefined
  }

  /**
   * Reads no further until `goOn`: what has arrived waits in the socket, and with it the pings of the peer. They are answered unseen, every
   * `beatEveryMs`, so that it knows the link stands; `onBeat` is called each time.
   */
  keep(beatEveryMs: number, onBeat: () => void): void {
    this.#kept = true
    this.#options.socket.pause()
    this.#beat?.cancel()
    this.#beat = this.#options.clock.after(beatEveryMs, () => {
      if (!this.writableNeedDrain) this.write(pingresp)
      onBeat()
      this.keep(beatEveryMs, onBeat)
    })
  }

  /** Reads on after `keep`. */
  goOn(): void {
    this.#kept = false
    this.#beat?.cancel()
    this.#resume()
  }

  /** The peer has logged in: packets up to `limit` bytes may pass, as fast as `allowance` says. */
  open(limit: number, allowance: Allowance): void {
    this.#limits.limit = limit
    this.#allowance = allowance
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return
    this.heardAt = this.#options.clock.mono()
    const before = this.#limits.packets
    const fault = this.#limits.check(chunk)
    if (fault) {
      this.#options.onFault(fault)
      this.destroy()
      return
    }
    const wait = this.#allowance?.spend(this.#limits.packets - before, chunk.length) ?? 0
    if (wait > 0) this.#hold(wait)
    if (this.#allowance) this.#answerTogether()
    if (!this.push(chunk)) this.#options.socket.pause()
  }

  /**
   * Answers to what was read go out together at the end of this turn of the loop: one system call for all receipts of a chunk, where each by itself
   * was a tenth of what a small envelope costs (measured). Not before the login: its refusal is written and the connection destroyed.
   */
  #answerTogether(): void {
    if (this.writableCorked > 0) return
    this.cork()
    setImmediate(() => this.uncork())
  }

  /** What has been read goes on; the rest stays with the peer, whom TCP makes wait. */
  #hold(waitMs: number): void {
    this.#options.socket.pause()
    this.#held = this.#options.clock.after(waitMs, () => {
      this.#held = undefined
      this.#resume()
    })
    this.#options.onHeld?.()
  }

  override _read(): void {
    if (!this.#held && !this.#kept) this.#options.socket.resume()
  }

  #resume(): void {
    const room = this.readableLength < this.readableHighWaterMark
    if (room && !this.#held && !this.#kept && !this.destroyed) this.#options.socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#options.socket.write(chunk, done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#options.socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: Done): void {
    this.#options.socket.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#held?.cancel()
    this.#beat?.cancel()
    this.#options.socket.destroy()
    done(error)
  }
}
