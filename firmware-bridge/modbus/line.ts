import type { Line, LineCounters, LineFailure, LineFailureKind, Outcome, TimedLine } from '../wire/line.ts'

export type ModbusTable = 'coil' | 'discrete' | 'holding' | 'input'

/** Unit (slave) id, 0-255; on a serial line 0 is the broadcast, which nobody answers. Addresses count from 0. */
interface ToUnit {
  readonly unit: number
}

/** A read of one table of one terminal [MODBUS 6.1-6.4]. */
export interface ModbusRead extends ToUnit {
  readonly function: ModbusTable
  readonly address: number
  /** Registers (1-125) or bits (1-2000). */
  readonly count: number
}

/** Changes something in the terminal, which may move something in the street [MODBUS 6.5, 6.6, 6.11, 6.12]. */
export type ModbusWrite = ToUnit & { readonly address: number } & (
    | { readonly function: 'write-coil'; readonly value: boolean }
    /** `value`: 0-65535. */
    | { readonly function: 'write-register'; readonly value: number }
    /** 1-1968 coils. */
    | { readonly function: 'write-coils'; readonly values: readonly boolean[] }
    /** 1-123 registers. */
    | { readonly function: 'write-registers'; readonly values: readonly number[] }
  )

/** Writes 1-121 registers, then reads 1-125, in one transaction [MODBUS 6.17]. */
export interface ModbusReadWrite extends ToUnit {
  readonly function: 'read-write-registers'
  readonly address: number
  readonly count: number
  readonly writeAddress: number
  readonly values: readonly number[]
}

/** Asks who the terminal is, from object `object` (0-255) on [MODBUS 6.21]. */
export interface ModbusIdentify extends ToUnit {
  readonly function: 'identify'
  /** `one`: that object alone. */
  readonly level: 'basic' | 'regular' | 'extended' | 'one'
  readonly object: number
}

export type ModbusRequest = ModbusRead | ModbusWrite | ModbusReadWrite | ModbusIdentify

/** Texts of a terminal by object id: 0 vendor, 1 product code, 2 revision, 3 URL, 4 product, 5 model, 6 application [MODBUS 6.21]. */
export interface Identification {
  readonly objects: Readonly<Record<number, string>>
  /** The object to ask for next, where one reply does not hold them all. */
  readonly next?: number
}

/** What a good reply carries: registers as 16-bit words, bits, that a write was done, or who the terminal is. */
export type ModbusData =
  | { readonly registers: readonly number[] }
  | { readonly bits: readonly boolean[] }
  | { readonly written: true }
  | Identification

export type ModbusFailureKind = LineFailureKind
export type ModbusFailure = LineFailure
export type ModbusOutcome = Outcome<ModbusData>
export type ModbusLineHealth = LineCounters

/**
 * One conversation with Modbus terminals. `transact` throws CIV_BRIDGE_REQUEST for a request no terminal could answer: 0
 * registers, more than 125, an address beyond 65535.
 */
export type ModbusLine = Line<ModbusRequest, ModbusData>

/** A line that knows its own timing and its terminals' turnaround. */
export type TimedModbusLine = TimedLine<ModbusRequest, ModbusData>
