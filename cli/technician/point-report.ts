import { isUnitId, units } from '@civitals/contracts/units'
import type { BadQuality, TerminalReading } from '@civitals/firmware-bridge/driver'
import type { ModbusPoint } from '@civitals/firmware-bridge/profile'
import type { LineFailure } from '@civitals/firmware-bridge/wire/line'
import { table } from './print.ts'

/** One point as a technician judges it. */
export interface PointReport {
  readonly point: string
  readonly name: string
  /** Absent when it could not be read. */
  readonly value?: number
  readonly quality: 'good' | BadQuality
  /** Id in the units registry. */
  readonly unit: string
  /** Possible values. */
  readonly range: readonly [number, number]
  /** Usual band. */
  readonly normal?: readonly [number, number]
  /** In words; absent when nothing is. */
  readonly wrong?: string
}

/** What a reading says of each point, in the profile's order. */
export function reportsOf(points: readonly ModbusPoint[], reading: TerminalReading): PointReport[] {
  return points.map((point) => {
    const { id, name, unit, range, normal } = point
    const value = reading.values[id]
    const quality = value === undefined ? (reading.quality[id] ?? 'comm_fail') : 'good'
    const wrong = quality === 'good' ? besideNormal(value ?? 0, normal) : wrongOf(quality, reading.failure)
    return {
      ...{ point: id, name: name.en, quality, unit, range },
      ...(value !== undefined && { value }),
      ...(normal && { normal }),
      ...(wrong !== undefined && { wrong }),
    }
  })
}

function besideNormal(value: number, normal: readonly [number, number] | undefined): string | undefined {
  if (!normal || (value >= normal[0] && value <= normal[1])) return undefined
  return value < normal[0] ? 'below its normal band' : 'above its normal band'
}

function wrongOf(quality: BadQuality, failure: LineFailure | undefined): string {
  switch (quality) {
    case 'device_exception':
      return failure?.kind === 'exception' ? exceptionInWords(failure.code) : 'the terminal refuses it'
    case 'out_of_range':
      return 'no possible value: type, order or address?'
    case 'stale':
      return 'the terminal says it has no value'
    case 'comm_fail':
      return 'not read'
    default:
      return quality
  }
}

/** Exception codes of a terminal, and of a gateway on the way to it [MODBUS 7]. */
export function exceptionInWords(code: number | undefined): string {
  const words: Readonly<Record<number, string>> = {
    1: 'it does not know this function',
    2: 'no such address',
    3: 'it does not allow this value or count',
    4: 'it failed while answering',
    5: 'accepted, still at work',
    6: 'busy',
    8: 'its memory is damaged',
    10: 'the gateway on the way has no path',
    11: 'the gateway on the way got no answer',
  }
  return `refused: ${words[code ?? 0] ?? 'for a reason of its own'} (exception ${code ?? '?'})`
}

/** Why a transaction brought nothing, in words a technician can act on. */
export function failureInWords({ kind, code, detail }: LineFailure): string {
  switch (kind) {
    case 'timeout':
      return 'no answer (power, wiring, speed, unit id? civitals gateway diagnose looks into it)'
    case 'crc':
      return `bytes that are no answer${detail ? `: ${detail}` : ''} (speed, parity, two terminals at one unit id?)`
    case 'exception':
      return exceptionInWords(code)
    case 'link':
      return `the line is down${detail ? `: ${detail}` : ''}`
    case 'aborted':
      return 'stopped'
  }
}

/** A value with as many decimals as the point tells apart. */
export function printValue(value: number | undefined, { resolution }: Pick<ModbusPoint, 'resolution'>): string {
  if (value === undefined) return ''
  const decimals = Math.min(6, Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9)))
  return value.toFixed(decimals)
}

/** The symbol people write behind a number: µg/m³ for `ug/m3`. */
export const symbolOf = (unit: string): string => (isUnitId(unit) ? units[unit].symbol : unit)

export const printBand = (band: readonly [number, number] | undefined): string =>
  band ? `${band[0]} to ${band[1]}` : ''

/** Point, value with unit, valid range, normal band, what is wrong. */
export function printPoints(points: readonly ModbusPoint[], reports: readonly PointReport[]): string {
  const rows = reports.map(({ point, value, unit, range, normal, wrong = '' }, place) => [
    ...[point, printValue(value, points[place] ?? { resolution: 1 }), symbolOf(unit)],
    ...[printBand(range), printBand(normal), wrong],
  ])
  return table(['point', 'value', 'unit', 'valid', 'normal', ''], rows)
}
