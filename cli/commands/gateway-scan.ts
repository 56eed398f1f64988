import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { dialSerial } from '@civitals/firmware-bridge/dial-serial'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { recogniseUnit } from '@civitals/firmware-bridge/scanning/recognise'
import { type PortSetting, type SettingScan, scanSerialLine } from '@civitals/firmware-bridge/scanning/scan-line'
import type { ModbusTransport, SerialTransport } from '@civitals/firmware-bridge/transport'
import { type Arguments, exitCodes } from '../command.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { ProgressBar } from '../technician/print.ts'
import { knownProfiles } from '../technician/profiles.ts'
import { printScan, type ScannedUnit } from '../technician/scan-report.ts'
import { printTransport, rangesOf, transportOf } from '../technician/target.ts'

const parities = ['none', 'even', 'odd'] as const
/** A unit behind a gateway that nobody answers for costs its time-out; a scan waits no longer than this. */
const networkPatienceMs = 1000

/** `civitals gateway scan`: which terminals are on a line, at which setting, and what they are. */
export async function gatewayScan(args: Arguments): Promise<number> {
  const transport = transportOf(args)
  const units = rangesOf('units', String(args.options.units), 1, 247)
  const profiles = [...(await knownProfiles(args)).values()]
  const report =
    transport.kind === 'serial'
      ? await scanPort(args, transport, units, profiles)
      : await scanSocket(transport, units, profiles)
  const found = report.flatMap((setting) => setting.units)
  if (args.options.json)
    process.stdout.write(`${JSON.stringify({ line: printTransport(transport), settings: report })}\n`)
  else process.stdout.write(printScan(report))
  return found.length > 0 ? exitCodes.done : exitCodes.failed
}

async function scanPort(
  args: Arguments,
  port: SerialTransport,
  units: readonly number[],
  profiles: readonly Profile[],
): Promise<SettingScan[]> {
  const settings = settingsOf(args)
  const signal = stopSignal()
  const bar = new ProgressBar()
  const onProgress = (place: number, asked: number): void =>
    bar.draw(`${printSetting(settings[place])} (${place + 1} of ${settings.length})`, asked, units.length)
  try {
    return await scanSerialLine({
      ...{ port, settings, units, profiles, signal, onProgress, clock: systemClock },
      dial: (one) => dialSerial(one, systemClock),
      openLine: (one) => openModbusLine(one, { clock: systemClock }),
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CivitalsError('CIV_CLI_PORT', why, { cause })
  } finally {
    bar.clear()
  }
}

/** Behind a socket there is no speed to find: each unit is asked who it is. */
async function scanSocket(
  transport: ModbusTransport,
  units: readonly number[],
  profiles: readonly Profile[],
): Promise<SettingScan[]> {
  const line = await openModbusLine(transport, { clock: systemClock, timeoutMs: networkPatienceMs, quarantineMs: 0 })
  const signal = stopSignal()
  const bar = new ProgressBar()
  const begin = systemClock.mono()
  const found: ScannedUnit[] = []
  for (const [place, unit] of units.entries()) {
    const reply = await line.transact({ unit, function: 'holding', address: 0, count: 1 }, signal)
    bar.draw(printTransport(transport), place + 1, units.length)
    // Codes 10 and 11: the gateway on the way says that nobody is there [MODBUS 7].
    const absent = !reply.ok && (reply.kind !== 'exception' || reply.code === 10 || reply.code === 11)
    if (!reply.ok && reply.kind === 'link')
      throw new CivitalsError('CIV_CLI_PORT', `${printTransport(transport)}: ${reply.detail}`)
    if (absent) continue
    const exception = !reply.ok && reply.code !== undefined ? { exception: reply.code } : {}
    found.push({ ...exception, ...(await recogniseUnit(line, unit, profiles, signal)) })
    if (signal.aborted) break
  }
  bar.clear()
  await line.close()
  return [{ setting: { baud: 0 }, units: found, strayBytes: 0, tookMs: systemClock.mono() - begin }]
}

/** Every baud rate with every parity; two stop bits are heard as one. */
function settingsOf(args: Arguments): PortSetting[] {
  const bauds = rangesOf('bauds', String(args.options.bauds), 300, 4_000_000)
  const asked = String(args.options.parities).split(',')
  const wrong = asked.find((one) => !parities.some((parity) => parity === one))
  if (wrong !== undefined) throw new CivitalsError('CIV_CLI_USAGE', `--parities takes none, even, odd; not ${wrong}`)
  const order = String(args.options.bauds).split(',').map(Number)
  bauds.sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return bauds.flatMap((baud) =>
    parities.filter((parity) => asked.includes(parity)).map((parity) => ({ baud, parity, stopBits: 1 as const })),
  )
}

const printSetting = (setting: PortSetting | undefined): string =>
  setting ? `${setting.baud} 8${(setting.parity ?? 'none').charAt(0).toUpperCase()}1` : ''
