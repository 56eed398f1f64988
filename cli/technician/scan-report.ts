import type { Decodes, PairDecodes } from '@civitals/firmware-bridge/scanning/decodes'
import { plausibleFloat, wordOrders } from '@civitals/firmware-bridge/scanning/decodes'
import type { SettingScan } from '@civitals/firmware-bridge/scanning/scan-line'
import { table } from './print.ts'

export type ScannedUnit = SettingScan['units'][number]

/** What a scan found, for a person: units, what they are, and the raw registers of those nobody knows. */
export function printScan(scans: readonly SettingScan[]): string {
  const rows = scans.flatMap((scan) => scan.units.map((unit) => [settingOf(scan), String(unit.unit), whatIs(unit)]))
  const strays = scans
    .filter((scan) => scan.strayBytes > 0)
    .map(
      (scan) =>
        `${settingOf(scan)}: ${scan.strayBytes} bytes that are no answer (another speed, two terminals at one address, a bad line)\n`,
    )
  const nothing =
    'No terminal answered. Power? A and B swapped? Another speed: --bauds? civitals gateway diagnose looks into it.\n'
  const unknown = scans.flatMap((scan) => scan.units.filter((unit) => unit.samples).map(printSamples))
  return [rows.length > 0 ? table(['line', 'unit', 'what'], rows) : nothing, ...strays, ...unknown].join('')
}

function settingOf({ setting }: SettingScan): string {
  if (setting.baud === 0) return 'socket'
  return `${setting.baud} 8${(setting.parity ?? 'none').charAt(0).toUpperCase()}${setting.stopBits ?? 1}`
}

function whatIs({ recognised, profiles, identification, exception }: ScannedUnit): string {
  const says = identification ? Object.values(identification).join(' ') : ''
  if (recognised.length > 0) return `profile ${recognised.join(' or ')}${says ? ` (says ${says})` : ''}`
  if (profiles.length > 0) return `could be ${profiles.join(' or ')}${says ? ` (says ${says})` : ''}`
  if (says) return `says ${says}; no profile fits`
  return exception === undefined ? 'unknown: registers below' : `unknown, refuses register 0 (exception ${exception})`
}

/** Registers of an unknown unit with every number they could be. */
function printSamples(unit: ScannedUnit): string {
  return (unit.samples ?? [])
    .map(({ table: name, decodes }) => `\nunit ${unit.unit}, ${name} registers\n${printDecodes(decodes)}`)
    .join('')
}

/** Registers with every number they could be, side by side; an unlikely float is left out. */
export function printDecodes(decodes: readonly Decodes[]): string {
  const rows = decodes.map(({ address, hex, u16, i16, text = '', pairs }) => {
    const floats = wordOrders.map((order) => float(pairs?.[order]))
    return [String(address), hex, String(u16), String(i16), text, String(pairs?.ABCD.u32 ?? ''), ...floats]
  })
  return table(['address', 'hex', 'u16', 'i16', 'text', 'u32', ...wordOrders.map((order) => `f32 ${order}`)], rows)
}

const bitsPerRow = 16

/** Coils or inputs from `address` on, sixteen a row. */
export function printBits(address: number, bits: readonly boolean[]): string {
  const rows = Array.from({ length: Math.ceil(bits.length / bitsPerRow) }, (_, row) => [
    String(address + row * bitsPerRow),
    bits
      .slice(row * bitsPerRow, (row + 1) * bitsPerRow)
      .map((bit) => (bit ? '1' : '0'))
      .join(' '),
  ])
  return table(['address', 'from there on'], rows)
}

const float = (pair: PairDecodes | undefined): string => (plausibleFloat(pair?.f32) ? String(pair?.f32) : '')
