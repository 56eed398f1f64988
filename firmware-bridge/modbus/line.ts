/** A read of one table of one terminal. Addresses count from 0. */
export interface ModbusRequest {
  /** Unit (slave) id, 0-255; on a serial line 0 is the broadcast, which nobody answers. */
  readonly unit: number
  readonly function: ModbusTable
  readonly address: number
  /** Registers (1-125) or bits (1-2000). */
  readonly count: number
}

export type ModbusTable = 'coil' | 'discrete' | 'holding' | 'input'

/** Why a transaction brought no data. All of them are expected on a field bus, so none is thrown. */
export type ModbusFailureKind =
  /** Nothing came in time. */
  | 'timeout'
  /** Bytes came that are no answer to the request: bad check sum, foreign unit, wrong length. */
  | 'crc'
  /** The terminal refused; `code` is its exception code [MODBUS 7]. */
  | 'exception'
  /** The line itself is down: cannot be opened, closed by the other side, device gone. */
  | 'link'
  /** The caller's signal or `close()` ended it. */
  | 'aborted'

/** What came of one transaction. `arrivedAt`: wall time when the last byte of the reply was read. */
export type ModbusOutcome =
  | { readonly ok: true; readonly registers: readonly number[]; readonly arrivedAt: number }
  | { readonly ok: true; readonly bits: readonly boolean[]; readonly arrivedAt: number }
  | ModbusFailure

export interface ModbusFailure {
  readonly ok: false
  readonly kind: ModbusFailureKind
  /** Exception code, only with kind `exception`. */
  readonly code?: number
  /** What the system said, for people. */
  readonly detail?: string
}

/** What a line has seen since it was made. */
export interface ModbusLineHealth {
  readonly connected: boolean
  readonly transactions: number
  readonly timeouts: number
  readonly crcErrors: number
  readonly exceptions: number
  readonly linkErrors: number
  /** How often the line was opened, the first time included. */
  readonly connects: number
}

/**
 * One conversation with the terminals of one serial port or TCP endpoint. Transactions queue: one is on the wire at a time.
 * A dropped line is opened again by the next transaction, at most once per back-off.
 */
export interface ModbusLine {
  /**
   * Resolves within the time-out of the line once its turn has come; whatever the bus does is an outcome.
   * @throws CIV_BRIDGE_REQUEST for a request no terminal could answer: 0 registers, more than 125, an address beyond 65535.
   */
  transact(request: ModbusRequest, signal?: AbortSignal): Promise<ModbusOutcome>
  /** Ends what runs and what waits as `aborted`; resolves when the port is free again. Later transactions are `aborted`. */
  close(): Promise<void>
  readonly health: ModbusLineHealth
}
