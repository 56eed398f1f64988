import type { Duplex } from 'node:stream'

/** An open byte stream to the terminals of a line: a socket, a serial port, or one end of a pair in memory. */
export interface Link {
  readonly stream: Duplex
  /** Resolves when the port can be opened again. Never rejects. */
  close(): Promise<void>
}

/** Opens the line. Rejects with what the system said, or when `signal` ends the attempt. */
export type Dial = (signal: AbortSignal) => Promise<Link>
