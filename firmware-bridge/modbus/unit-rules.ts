import { isBitTable } from '../planning/cost.ts'
import type { ReadLimits } from '../planning/plan-reads.ts'
import { mostBits, mostRegisters, placesOf } from '../planning/plan-reads.ts'
import { type ModbusProfile, modbusPoints, type Profile } from '../profile.ts'
import type { ModbusRead } from './line.ts'
import type { MayRead } from './rtu-framing.ts'

/** What a profile says of how its terminal wants to be asked. */
export interface AskingRules {
  readonly limits: ReadLimits
  /** Silence it needs between two transactions, ms. */
  readonly pauseMs: number
  /** Where learning its turnaround begins, ms; absent where the profile does not say. */
  readonly turnaroundMs?: number
}

export function askingRules(profile: Profile): AskingRules {
  if (profile.protocol !== 'modbus') return { limits: {}, pauseMs: profile.quirks?.pauseMs ?? 0 }
  const { limits = {}, quirks = {} } = profile
  const { pauseMs = 0, turnaroundMs, oneRequestPerPoint = false } = quirks
  return { limits: { ...limits, oneRequestPerPoint }, pauseMs, ...(turnaroundMs !== undefined && { turnaroundMs }) }
}

const highestId = 0xffff

/**
 * The rules of all terminals on one Modbus line, by unit. Terminals come and go while the line is open, so the line asks anew for every
 * request; its functions are the options of `openModbusLine` of the same names.
 */
export class UnitRules {
  readonly #profiles = new Map<number, ModbusProfile>()

  /** From now on `unit` is a terminal of this profile. */
  set(unit: number, profile: Profile): void {
    if (profile.protocol === 'modbus') this.#profiles.set(unit, profile)
  }

  /** Between the first and the last place the profile knows of the table, and never where it forbids it. */
  readonly mayRead: MayRead = (read) => {
    const profile = this.#profiles.get(read.unit)
    return profile !== undefined && isOfMap(read, profile) && isAllowed(read, profile)
  }

  readonly quirksOf = (unit: number): { readonly turnaroundMs?: number; readonly pauseMs?: number } =>
    this.#profiles.get(unit)?.quirks ?? {}

  /** Ids are the connection's: the terminal that stands least of them decides. */
  readonly highestTransactionId = (): number =>
    Math.min(highestId, ...[...this.#profiles.values()].map(({ quirks }) => quirks?.highestTransactionId ?? highestId))
}

function isOfMap({ function: table, address, count }: ModbusRead, profile: ModbusProfile): boolean {
  const places = modbusPoints(profile)
    .filter((point) => point.read.function === table)
    .map(placesOf)
  const from = Math.min(...places.map((place) => place.from))
  const to = Math.max(...places.map((place) => place.to))
  return address >= from && address + count <= to
}

function isAllowed({ function: table, address, count }: ModbusRead, { limits = {}, quirks }: ModbusProfile): boolean {
  if (quirks?.oneRequestPerPoint) return false
  const { forbidden = [], maxBits = mostBits, maxRegisters = mostRegisters } = limits
  if (count > (isBitTable(table) ? maxBits : maxRegisters)) return false
  return !forbidden.some((one) => one.function === table && one.from < address + count && one.to >= address)
}
