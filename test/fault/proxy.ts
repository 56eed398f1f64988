// A TCP proxy that does to a conversation what networks do, each way on its own, changed while it runs.
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '../stage/seeded.ts'

/** What happens to the bytes of one way. */
export interface Way {
  /** Time every byte is under way. */
  readonly delayMs: number
  readonly bytesPerSecond: number
  /** Bytes vanish; both ends believe that the connection stands. */
  readonly drop: boolean
  /** Bytes wait and come through when it is over, as TCP brings them after a short blackout. */
  readonly hold: boolean
  /** Share of bytes in which one bit is turned round. */
  readonly corrupt: number
}

export const clean: Way = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  drop: false,
  hold: false,
  corrupt: 0,
}

const slicesPerSecond = 20

export interface Carried {
  readonly connections: number
  /** Bytes that came through, dropped ones and turned ones: towards the server, and back. */
  readonly up: WayCount
  readonly down: WayCount
}
export interface WayCount {
  passed: number
  dropped: number
  corrupted: number
}

export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  readonly carried: Carried
  /** From now on, for open and coming connections; what is not named is as on a clean line. `up` is towards the server. */
  set(faults: { readonly up?: Partial<Way>; readonly down?: Partial<Way> }): void
  /** Ends every open connection with RST. */
  reset(): void
  /** Refuses new connections and resets the open ones, until it is false again. */
  refuse(refused: boolean): void
}

/** Bytes on their way at most, before the sender is held. */
const inside = 1024 * 1024

/** Listens on a free port of this machine and passes on to `target`. The same seed turns the same bits. */
export async function openFaultProxy(target: number, seed = 1): Promise<FaultProxy> {
  const state = { up: clean, down: clean, refused: false }
  const carried = { connections: 0, up: nothing(), down: nothing() }
  const sockets = new Set<Socket>()
  const pumps = new Set<Pump>()
  const random = seeded(seed)
  const server: Server = createServer({ noDelay: true }, (client) => {
    if (state.refused) return void client.resetAndDestroy()
    carried.connections++
    const upstream = dial({ host: '127.0.0.1', port: target, noDelay: true })
    for (const pump of [
      new Pump(client, upstream, () => state.up, random, carried.up),
      new Pump(upstream, client, () => state.down, random, carried.down),
    ]) {
      pumps.add(pump)
      pump.done.then(() => pumps.delete(pump))
    }
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.resetAndDestroy())
      one.on('close', () => sockets.delete(one))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const set: FaultProxy['set'] = ({ up, down }) => {
    state.up = { ...clean, ...up }
    state.down = { ...clean, ...down }
    for (const pump of pumps) pump.look()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    carried,
    set,
    reset,
    refuse: (refused) => {
      state.refused = refused
      if (refused) reset()
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      for (const pump of pumps) pump.look()
      await closed
    },
  }
}

const nothing = (): WayCount => ({ passed: 0, dropped: 0, corrupted: 0 })

/** One way of one connection. */
class Pump {
  readonly done: Promise<void>
  readonly #from: Socket
  readonly #to: Socket
  readonly #way: () => Way
  readonly #random: () => number
  readonly #count: WayCount
  readonly #waiting: { readonly bytes: Buffer; readonly due: number }[] = []
  #waitingBytes = 0
  #ended = false
  #wake: (() => void) | undefined

  constructor(from: Socket, to: Socket, way: () => Way, random: () => number, count: WayCount) {
    this.#from = from
    this.#to = to
    this.#way = way
    this.#random = random
    this.#count = count
    from.on('data', (bytes) => this.#take(bytes))
    from.on('end', () => {
      this.#ended = true
      this.look()
    })
    for (const socket of [from, to]) socket.on('close', () => this.look())
    this.done = this.#run()
  }

  /** Something may have changed. */
  look(): void {
    this.#wake?.()
  }

  #take(bytes: Buffer): void {
    this.#waiting.push({ bytes, due: performance.now() + this.#way().delayMs })
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes > inside) this.#from.pause()
    this.look()
  }

  async #run(): Promise<void> {
    while (!this.#to.destroyed) {
      const next = this.#waiting[0]
      if (!next || this.#way().hold) {
        if (!next && this.#ended) return void this.#to.end()
        if (!next && this.#from.destroyed) return void this.#to.destroy()
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      const early = next.due - performance.now()
      if (early > 0) await sleep(early)
      if (this.#way().hold) continue
      this.#waiting.shift()
      this.#waitingBytes -= next.bytes.length
      if (this.#waitingBytes <= inside) this.#from.resume()
      await this.#pass(next.bytes)
    }
  }

  /** A thin line brings bytes one after the other: a large chunk is not there at once and followed by silence. */
  async #pass(bytes: Buffer): Promise<void> {
    for (let left = bytes; left.length > 0; ) {
      const { bytesPerSecond } = this.#way()
      const slice = left.subarray(0, Math.max(1, bytesPerSecond / slicesPerSecond))
      left = left.subarray(slice.length)
      if (Number.isFinite(bytesPerSecond)) await sleep((slice.length / bytesPerSecond) * 1000)
      await this.#passOn(slice)
    }
  }

  async #passOn(bytes: Buffer): Promise<void> {
    const { corrupt, drop } = this.#way()
    if (drop) {
      this.#count.dropped += bytes.length
      return
    }
    if (corrupt > 0) this.#turnBits(bytes, corrupt)
    this.#count.passed += bytes.length
    if (!this.#to.destroyed && !this.#to.write(bytes)) {
      await new Promise<void>((resolve) => {
        this.#to.once('drain', resolve)
        this.#to.once('close', resolve)
      })
    }
  }

  #turnBits(bytes: Buffer, share: number): void {
    for (let place = 0; place < bytes.length; place++) {
      if (this.#random() >= share) continue
      bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(this.#random() * 8))
      this.#count.corrupted++
    }
  }
}
