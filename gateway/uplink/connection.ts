import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import type { Reply } from '@civitals/contracts/command'
import type { GatewayStatus } from '@civitals/contracts/status'

/** Which topic an envelope goes to; chosen at each send. */
export type Lane = 'live' | 'backfill'

/** Why a session ended that the other side closed without an error: a broker that stops, or another box that took it over. */
export const endedQuietly = 'connection closed'

/** One established session with the broker. It is never mended: when it ends, the uplink makes a new one. */
export interface Connection {
  /** Hands one envelope to the link. The broker's own receipt is flow control and says nothing about the centre. */
  send(lane: Lane, payload: Uint8Array): void
  /** Publishes, retained, what the centre is told of configurations: it comes before what is sent behind it. */
  sendConfigurations(payload: Uint8Array): void
  /** Tells the centre what became of a command. */
  sendReply(reply: Reply): void
  /** Publishes the retained status; while one is under way only the newest follows it. */
  sendStatus(status: GatewayStatus): void
  /** Says goodbye with `last` as the retained status and closes; resolves when the socket is gone or after a short patience. */
  end(last: GatewayStatus): Promise<void>
  /** Drops the socket at once; the broker publishes the last will. */
  destroy(): void
  /** Resolves with the cause when the session is over, whoever ended it. */
  readonly closed: Promise<string>
  /** Monotonic time something was last heard from the broker. */
  readonly heardAt: number
  readonly bytesSent: number
  /** Bytes handed over that have not left this program. */
  readonly unsentBytes: number
}

export interface ConnectOptions {
  /** What the broker publishes when the gateway vanishes. */
  readonly lastWill: GatewayStatus
  readonly onAcknowledgement: (acknowledgement: Acknowledgement) => void
  /** The payload of a command, not yet looked into; the broker may deliver one twice. */
  readonly onCommand: (payload: Uint8Array) => void
  readonly signal: AbortSignal
}

/**
 * Makes sessions with the centre. Resolves once the session takes envelopes and its acknowledgements and commands are subscribed to;
 * rejects with CIV_GATEWAY_UPLINK_CONNECT otherwise, with CIV_GATEWAY_UPLINK_CLONED when the centre keeps another box of the same id. One attempt per call; the caller waits between attempts.
 */
export type Connect = (options: ConnectOptions) => Promise<Connection>
