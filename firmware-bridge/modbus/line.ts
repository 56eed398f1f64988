import type { Line, LineCounters, LineFailure, LineFailureKind, Outcome } from '../wire/line.ts'

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

/** What a good reply carries: registers as 16-bit words, or bits. */
export type ModbusData = { readonly registers: readonly number[] } | { readonly bits: readonly boolean[] }

export type ModbusFailureKind = LineFailureKind
export type ModbusFailure = LineFailure
export type ModbusOutcome = Outcome<ModbusData>
export type ModbusLineHealth = LineCounters

/**
 * One conversation with Modbus terminals. `transact` throws CIV_BRIDGE_REQUEST for a request no terminal could answer: 0
 * registers, more than 125, an address beyond 65535.
 */
export type ModbusLine = Line<ModbusRequest, ModbusData>
