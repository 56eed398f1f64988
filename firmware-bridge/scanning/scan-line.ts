import type { Clock } from '@civitals/contracts/clock'
import type { ModbusLine } from '../modbus/line.ts'
import { characterMs, interFrameMs } from '../modbus/timing.ts'
import type { Profile } from '../profile.ts'
import type { SerialTransport } from '../transport.ts'
import type { Dial } from '../wire/link.ts'
import { type RecognisedUnit, recogniseUnit } from './recognise.ts'
import { type FoundUnit, scanUnits } from './scan-units.ts'

/** How a serial port is set. */
export type PortSetting = Pick<SerialTransport, 'baud' | 'parity' | 'stopBits'>

export interface LineScanOptions {
  readonly port: SerialTransport
  readonly settings: readonly PortSetting[]
  readonly units: readonly number[]
  readonly profiles: readonly Profile[]
  readonly clock: Clock
  /** Opens the port for the quick round, and as a line for what follows. */
  readonly dial: (port: SerialTransport) => Dial
  readonly openLine: (port: SerialTransport) => Promise<ModbusLine>
  /** `setting`: index of the one being tried; `asked` of all units. */
  readonly onProgress?: (setting: number, asked: number) => void
  readonly signal: AbortSignal
}

/** What one setting of the port brought. */
export interface SettingScan {
  readonly setting: PortSetting
  readonly units: readonly (FoundUnit & RecognisedUnit)[]
  readonly strayBytes: number
  readonly tookMs: number
}

/**
 * Tries every setting of a serial port and every unit. A terminal answers at one setting only, so what was found at one is not asked
 * for again at the next. Rejects when the port cannot be opened.
 */
export async function scanSerialLine(options: LineScanOptions): Promise<SettingScan[]> {
  const scans: SettingScan[] = []
  const known = new Set<number>()
  for (const [place, setting] of options.settings.entries()) {
    const units = options.units.filter((unit) => !known.has(unit))
    const scan = await scanSetting({ ...options, units }, setting, place)
    for (const { unit } of scan.units) known.add(unit)
    scans.push(scan)
    if (options.signal.aborted) break
  }
  return scans
}

async function scanSetting(options: LineScanOptions, setting: PortSetting, place: number): Promise<SettingScan> {
  const { clock, units, signal, onProgress } = options
  const port = { ...options.port, ...setting }
  const begin = clock.mono()
  const link = await options.dial(port)(signal)
  let asked = 0
  const onAsked = (): void => onProgress?.(place, ++asked)
  const timing = { characterMs: characterMs(port), gapMs: interFrameMs(port) }
  const scan = await scanUnits({ link, clock, ...timing, units, onAsked, signal }).finally(() => link.close())
  const tookMs = clock.mono() - begin
  return { setting, strayBytes: scan.strayBytes, tookMs, units: await recognised(options, port, scan.found) }
}

async function recognised(
  options: LineScanOptions,
  port: SerialTransport,
  found: readonly FoundUnit[],
): Promise<(FoundUnit & RecognisedUnit)[]> {
  if (found.length === 0) return []
  const line = await options.openLine(port)
  const units: (FoundUnit & RecognisedUnit)[] = []
  for (const one of found) {
    units.push({ ...one, ...(await recogniseUnit(line, one.unit, options.profiles, options.signal)) })
  }
  await line.close()
  return units
}
