import type { EpochMs } from '@civitals/contracts/clock'
import type { GatewayStatus } from '@civitals/contracts/status'

/** How the link to the centre stands, and stood since start. */
export interface UplinkState {
  /** Absent: no session now. */
  readonly connectedSince?: EpochMs
  /** Sessions made since start. */
  readonly sessions: number
  /** The last word of the centre on what it has settled; absent: none since start. */
  readonly acknowledgedAt?: EpochMs
  /** Why the last session ended or could not be made; absent while one stands. */
  readonly trouble?: string
  /** What points to another box with the same id; absent: nothing does. */
  readonly clone?: string
}

/** What a running gateway tells whoever asks on its own box. Never secrets. */
export interface Presence {
  readonly gateway: string
  readonly pid: number
  readonly startedAt: EpochMs
  readonly configFile: string
  readonly status: GatewayStatus
  readonly uplink: UplinkState
  /** The envelope that has waited longest; absent: none waits. */
  readonly oldestWaiting?: { readonly seq: number; readonly at: EpochMs }
}
