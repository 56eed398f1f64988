import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Dial, Link } from '@civitals/firmware-bridge/wire/link'
import type { Join } from './dial-in-source.ts'

/**
 * Opens a line in which the gateway asks and whose DTU dials in: its link is the DTU's newest connection. A DTU that comes back has lost its old
 * connection, of which nobody may have told this side.
 */
export class DtuDial {
  readonly #transport: TcpServerTransport
  readonly #join: Join
  readonly #onArrival: () => void
  #leave: (() => Promise<void>) | undefined
  #waiting: Link | undefined
  #current: Link | undefined
  #trouble: string | undefined
  #awaited: ((link: Link) => void) | undefined

  /** `onArrival`: a connection came that nobody waits for at this moment. */
  constructor(transport: TcpServerTransport, join: Join, onArrival: () => void) {
    this.#transport = transport
    this.#join = join
    this.#onArrival = onArrival
  }

  /** Waits for the DTU until `signal` ends the attempt. The first call begins to listen. */
  readonly dial: Dial = async (signal) => {
    this.#leave ??= this.#join({
      transport: this.#transport,
      welcome: (link) => this.#welcome(link),
      trouble: (detail) => {
        this.#trouble = detail
      },
    })
    const link = this.#waiting ?? (await this.#next(signal))
    this.#waiting = undefined
    this.#current = link
    return link
  }

  /** Listens no more. */
  async close(): Promise<void> {
    await this.#waiting?.close()
    await this.#leave?.()
  }

  #welcome(link: Link): void {
    void this.#waiting?.close()
    void this.#current?.close()
    this.#current = undefined
    link.stream.once('close', () => {
      if (this.#waiting === link) this.#waiting = undefined
    })
    if (this.#awaited) this.#awaited(link)
    else {
      this.#waiting = link
      this.#onArrival()
    }
  }

  #next(signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#awaited = undefined
        reject(new Error(this.#trouble ?? `DTU ${this.#transport.dtu} has not dialled in`))
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
