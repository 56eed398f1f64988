import type { Clock, EpochMs } from '@civitals/contracts/clock'
import type { Reject } from '@civitals/contracts/ledger'
import type { Seal } from '@civitals/contracts/seal'
import type { HashOf } from '../broker/credentials.ts'
import type { ListenAddress } from '../broker/io/listen.ts'

/** Which lane an envelope came by; order is promised within (gateway, lane). */
export type Lane = 'live' | 'backfill'

/** One envelope as it came from the wire, not yet looked into. */
export interface Delivery {
  readonly gateway: string
  readonly lane: Lane
  readonly payload: Uint8Array
  readonly receivedAt: EpochMs
  /** What its checksum says, once that has been looked at. */
  readonly seal?: Seal
}

/** Something refused; the settler numbers it. */
export type Refusal = Omit<Reject, 'id'>

/** What an intake hands over. Every call is quick; none of them throws. */
export interface IntakeEvents {
  /**
   * An envelope. `taken` is called, perhaps at once, when the queue has room for more; until then the intake reads no further from this gateway.
   * `damaged` is called instead when it is not what its gateway wrote: the intake ends the connection, so that what was sent behind it comes
   * again behind it.
   */
  delivery(delivery: Delivery, taken: () => void, damaged: () => void): void
  /**
   * The payload of a status, by the gateway itself or as its will; `address`: where it came from, if the intake knows. False: whoever says so is
   * another box with the same id and is refused; its connection may be ended.
   */
  status(gateway: string, payload: Uint8Array, address?: string): boolean | undefined
  /**
   * What a gateway says of the configurations its readings are read with: topic kind `config/state`. False: it was damaged on its way; its
   * connection may be ended, so that it comes again before anything else does.
   */
  configurations(gateway: string, payload: Uint8Array): boolean | undefined
  /** What a gateway says to a command. */
  reply(gateway: string, payload: Uint8Array): void
  /** The gateway has subscribed to its acknowledgements: it wants to know where it stands. */
  listening(gateway: string): void
  /** The gateway's connection ended: what it still waits to hand over will come again. */
  gone(gateway: string): void
  /** A connection or publish was refused. */
  refused(refusal: Refusal): void
}

/** The way in from the broker. Two adapters: Aedes in this process, or a client of any broker that speaks MQTT 3.1.1. */
export interface Intake extends AsyncDisposable {
  /** TCP port gateways connect to, here or where the broker is. */
  readonly port: number
  /** Connected gateways now. */
  connected(): number
  /** Sends an acknowledgement, QoS 0: a lost one is made good by the next. */
  acknowledge(gateway: string, payload: Uint8Array): void
  /** Asks something of a gateway, QoS 1. To one that is not connected it is lost; whoever asked asks again, which changes nothing. */
  command(gateway: string, payload: Uint8Array): void
  /** Why nothing can come in now: a broker of others that is away. */
  trouble?(): string | undefined
  /** More figures of the way in, for health and metrics. */
  figures?(): Readonly<Record<string, number>>
  close(): Promise<void>
}

/** What an intake that sees logins asks and tells of them. */
export interface Identity {
  /** Whether this run of a gateway is another box with the same id, which is refused. */
  isRefused(gateway: string, boot: string | undefined): boolean
  /** A login ended a session of the same gateway that was alive. */
  tookOver(gateway: string, addresses: { readonly older: string; readonly newer: string }): void
}

/** What an intake is opened with. `hashOf`: the hash of a gateway's password, by its id. */
export interface IntakeParts {
  readonly listen: ListenAddress
  readonly hashOf: HashOf
  readonly clock: Clock
  readonly events: IntakeEvents
  readonly identity?: Identity
}

export type OpenIntake = (parts: IntakeParts) => Promise<Intake>
