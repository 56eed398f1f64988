import { type Duplex, duplexPair } from 'node:stream'
import type { Dial } from './link.ts'

/**
 * A line without a wire: what the master writes arrives at `far`, what is written to `far` arrives at the master. The byte
 * level twin of a socket or a serial port, for tests and drills.
 */
export class MemoryWire {
  /** The terminals' end of the connection that is open now. */
  far: Duplex | undefined
  /** How often the line was opened. */
  dials = 0
  /** Set to let the next openings fail. */
  refuse: Error | undefined
  readonly #onConnect: (far: Duplex) => void

  constructor(onConnect: (far: Duplex) => void = () => {}) {
    this.#onConnect = onConnect
  }

  readonly dial: Dial = async () => {
    if (this.refuse) throw this.refuse
    this.dials++
    const [near, far] = duplexPair()
    this.far = far
    this.#onConnect(far)
    return {
      stream: near,
      close: async () => {
        near.destroy()
        far.destroy()
      },
    }
  }
}
