import type { Clock, Timer } from '@civitals/contracts/clock'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Dial, Link } from '@civitals/firmware-bridge/wire/link'
import type { Join, Seat } from './dial-in-source.ts'
import type { Caller } from './doorway.ts'
import type { Peer } from './report-source.ts'

export interface DtuDialOptions {
  readonly transport: TcpServerTransport
  readonly join: Join
  readonly clock: Clock
  /** The DTU has dialled in: it may be asked. */
  readonly onArrival: () => void
}

/** What a DTU still sends for an earlier connection, or kept while it had none, has come by then and is thrown away. */
const staleMs = 300

/**
 * Opens a line in which the gateway asks and whose DTU dials in: its link is the DTU's newest connection. A DTU that comes back has lost its old
 * connection, of which nobody may have told this side. What it says before it is asked answers a question of before, and an RTU
 * reply does not say which: nothing of it is kept.
 */
export class DtuDial {
  readonly #options: DtuDialOptions
  #seat: Seat | undefined
  /** The newest connection, handed out or not. */
  #newest: Caller | undefined
  #since = 0
  #fresh: Timer | undefined
  /** It may be handed out. */
  #ready: Caller | undefined
  #trouble: string | undefined
  #awaited: ((link: Link) => void) | undefined

  constructor(options: DtuDialOptions) {
    this.#options = options
  }

  get seat(): Seat | undefined {
    return this.#seat
  }

  /** Its connection, while there is one. */
  get peers(): readonly Peer[] {
    const { dtu } = this.#options.transport
    return this.#newest && dtu !== undefined ? [{ from: this.#newest.from, name: dtu, since: this.#since }] : []
  }

  /** Begins to listen. */
  listen(): void {
    this.#seat ??= this.#options.join({
      transport: this.#options.transport,
      welcome: (caller) => this.#welcome(caller),
      trouble: (detail) => {
        this.#trouble = detail
      },
    })
  }

  /** Waits for the DTU until `signal` ends the attempt. */
  readonly dial: Dial = async (signal) => {
    this.listen()
    const link = this.#ready ?? (await this.#next(signal))
    this.#ready = undefined
    return link
  }

  /** Listens no more. */
  async close(): Promise<void> {
    this.#fresh?.cancel()
    await this.#newest?.close()
    await this.#seat?.leave()
  }

  #welcome(caller: Caller): void {
    const { clock } = this.#options
    this.#fresh?.cancel()
    this.#ready = undefined
    void this.#newest?.close()
    this.#newest = caller
    this.#since = clock.now()
    caller.stream.on('error', () => undefined).once('close', () => this.#lost(caller))
    caller.stream.resume()
    this.#fresh = clock.after(staleMs, () => this.#offer(caller))
  }

  #lost(caller: Caller): void {
    if (this.#newest !== caller) return
    this.#fresh?.cancel()
    this.#newest = undefined
    this.#ready = undefined
  }

  #offer(caller: Caller): void {
    if (this.#awaited) this.#awaited(caller)
    else this.#ready = caller
    this.#options.onArrival()
  }

  #next(signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#awaited = undefined
        reject(new Error(this.#trouble ?? `DTU ${this.#options.transport.dtu} has not dialled in`))
      }
      this.#awaited = (link) => {
        this.#awaited = undefined
        signal.removeEventListener('abort', stop)
        resolve(link)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
  }
}
