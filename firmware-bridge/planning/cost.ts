import type { ModbusTable } from '../modbus/line.ts'

/**
 * What a line makes a transaction cost, in milliseconds. On a serial line: the time of a character and the silence of 3.5 characters
 * between frames [MODBUS SERIAL 2.5.1.1]. Behind a socket a byte costs next to nothing and a request what the way there and back takes.
 */
export interface LineCost {
  readonly characterMs: number
  /** Silence before each of the two frames. */
  readonly gapMs: number
}

/** A line and the terminal on it: what the planner weighs. */
export interface ReadCost extends LineCost {
  /** From the last byte of a request to the first of its reply; learned online (terminal-planner.ts). */
  readonly turnaroundMs: number
}

/** Request: unit, function, address, count, CRC. Reply beside its data: unit, function, byte count, CRC [MODBUS 6.1-6.4]. */
const requestCharacters = 8
const replyCharacters = 5

export const isBitTable = (table: ModbusTable): boolean => table === 'coil' || table === 'discrete'

/** Bytes of data in the reply to a read of `count` places. */
export const dataBytes = (table: ModbusTable, count: number): number =>
  isBitTable(table) ? Math.ceil(count / 8) : count * 2

/** Time both frames of one read take on the wire, without gaps and turnaround. */
export const wireMs = (cost: LineCost, table: ModbusTable, count: number): number =>
  (requestCharacters + replyCharacters + dataBytes(table, count)) * cost.characterMs

/**
 * How long the line is taken by one read of `count` places: (13 + data bytes) characters, two gaps, the turnaround. A socket, whose bytes
 * are free, still prefers the shorter of two plans with equally many reads.
 */
export const readMs = (cost: ReadCost, table: ModbusTable, count: number): number =>
  wireMs(cost, table, count) + 2 * cost.gapMs + cost.turnaroundMs
