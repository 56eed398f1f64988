import type { Server, Socket } from 'node:net'
import type { Clock } from '@civitals/contracts/clock'
import type { Denial } from '../access.ts'
import type { Flow } from '../bucket.ts'
import { ConnectionRate } from '../connection-rate.ts'
import { FrameGuard } from './frame-guard.ts'
import { type ListenAddress, listenTcp, portOf } from './listen.ts'

export interface DoorOptions {
  readonly clock: Clock
  /** A connection that may speak; its first packets are small until `welcome`. */
  readonly onGuard: (guard: FrameGuard) => void
  readonly onRefused: (denial: Denial, guard?: FrameGuard) => void
  /** Connections from one address. */
  readonly connections?: Flow
  /** Sockets that have not logged in, at most. Default 1,024: more than one address may open at once. */
  readonly maxStrangers?: number
}

/** Where gateways knock: bounds who may speak before anyone has proved who they are. */
export class Door {
  readonly #options: DoorOptions
  readonly #rate: ConnectionRate
  readonly #guards = new Set<FrameGuard>()
  readonly #strangers = new Set<FrameGuard>()
  #server: Server | undefined
  #holds = 0

  constructor(options: DoorOptions) {
    this.#options = options
    this.#rate = new ConnectionRate(options.clock, options.connections)
  }

  get port(): number {
    return this.#server ? portOf(this.#server) : 0
  }

  /** Figures of the door now, and `rateHolds` since start. */
  figures(): Readonly<Record<string, number>> {
    const heldByRate = [...this.#guards].filter((guard) => guard.isHeld).length
    return { connectionsWithoutLogin: this.#strangers.size, heldByRate, rateHolds: this.#holds }
  }

  async listen(address: ListenAddress): Promise<void> {
    this.#server = await listenTcp(address, (socket) => this.#knock(socket))
  }

  isStranger(guard: FrameGuard): boolean {
    return this.#strangers.has(guard)
  }

  welcome(guard: FrameGuard): void {
    this.#strangers.delete(guard)
  }

  async close(): Promise<void> {
    const server = this.#server
    const stopped = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
    for (const guard of this.#guards) guard.destroy()
    await stopped
  }

  #knock(socket: Socket): void {
    const { clock, onGuard, onRefused, maxStrangers = 1_024 } = this.#options
    const address = socket.remoteAddress ?? '?'
    const crowd = this.#strangers.size >= maxStrangers ? 'too many connections without login' : undefined
    const excess = crowd ?? (this.#rate.admit(address) ? undefined : 'connections come too fast')
    if (excess) {
      socket.destroy()
      onRefused({ reason: 'too many connections', detail: `${address}: ${excess}` })
      return
    }
    const onFault = (fault: string): void => {
      const reason = fault.startsWith('packet of') ? 'oversized payload' : 'protocol violation'
      onRefused({ reason, detail: `${guard.peer}: ${fault}` }, guard)
    }
    const guard: FrameGuard = new FrameGuard({ socket, clock, onFault, onHeld: () => this.#holds++ })
    this.#guards.add(guard)
    this.#strangers.add(guard)
    guard.once('close', () => {
      this.#guards.delete(guard)
      this.#strangers.delete(guard)
    })
    onGuard(guard)
  }
}
