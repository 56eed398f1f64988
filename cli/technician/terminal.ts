import { durationMs } from '@civitals/contracts/duration'
import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'
import { systemClock } from '@civitals/contracts/system-clock'
import { openModbusLine, type TimedModbusLine } from '@civitals/firmware-bridge/modbus'
import { UnitRules } from '@civitals/firmware-bridge/modbus/unit-rules'
import type { ModbusProfile, Profile } from '@civitals/firmware-bridge/profile'
import type { ModbusTransport } from '@civitals/firmware-bridge/transport'
import { prepare } from '@civitals/gateway/config/prepare'
import { type Arguments, wholeNumber } from '../command.ts'
import { profileNamed } from './profiles.ts'
import { reachOf } from './reach.ts'
import { transportOf } from './target.ts'

/** A Modbus terminal, and the line it stands on. */
export interface TerminalTarget {
  readonly transport: ModbusTransport
  readonly unit: number
  readonly profile: ModbusProfile
  /** Of the configuration; undefined: the line learns its own patience. */
  readonly timeoutMs?: number
}

export type BareTarget = Omit<TerminalTarget, 'profile'> & { readonly profile?: ModbusProfile }

/** The terminal the options name. @throws CIV_CLI_USAGE, CIV_CLI_GATEWAY_CONFIG */
export async function terminalOf(args: Arguments): Promise<TerminalTarget> {
  if (typeof args.options.config === 'string') return await configured(args, args.options.config)
  const transport = transportOf(args)
  const profile = await profileOf(args)
  if (!profile) throw usage('--profile ID says how the terminal is read')
  return { transport, unit: unitOf(args, transport), profile }
}

/** The terminal the options name, of which nobody needs to know how it is read. @throws CIV_CLI_USAGE, CIV_CLI_GATEWAY_CONFIG */
export async function bareTerminalOf(args: Arguments): Promise<BareTarget> {
  if (typeof args.options.config === 'string') return await configured(args, args.options.config)
  const transport = transportOf(args)
  const profile = await profileOf(args)
  return { transport, unit: unitOf(args, transport), ...(profile && { profile }) }
}

async function profileOf(args: Arguments): Promise<ModbusProfile | undefined> {
  const { profile } = args.options
  return typeof profile === 'string' ? modbusOnly(await profileNamed(profile, args)) : undefined
}

/** The unit id the options name; a serial line has none but 1 to 247 [MODBUS SERIAL 2.2]. */
export function unitOf(args: Arguments, { kind }: ModbusTransport): number {
  return kind === 'modbus-tcp' ? wholeNumber(args, 'unit', 0, 255) : wholeNumber(args, 'unit', 1, 247)
}

async function configured(args: Arguments, file: string): Promise<TerminalTarget> {
  const id = args.options.terminal
  if (['serial', 'tcp', 'rtu-tcp', 'profile', 'profiles'].some((one) => args.options[one] !== undefined))
    throw usage('--config FILE --terminal ID names line, unit and profile; leave the other options out')
  const preparation = await prepare(file)
  if (!preparation.ok) throw new CivitalsError('CIV_CLI_GATEWAY_CONFIG', preparation.problems.join('\n'))
  const { settings, profiles } = preparation.prepared
  const all = settings.lines.flatMap((line) => line.terminals.map((terminal) => ({ line, terminal })))
  const ids = all.map(({ terminal }) => terminal.id)
  if (typeof id !== 'string') throw usage(`--terminal ID is needed; ${file} has ${list(ids)}`)
  const found = all.find(({ terminal }) => terminal.id === id)
  const profile = found && profiles[found.terminal.profile]
  if (!(found && profile)) throw usage(`no terminal ${id} in ${file}${didYouMean(id, ids)}`)
  const { transport, timeout } = found.line
  const { unit } = found.terminal
  const reach = reachOf({ ...{ terminal: id, transport, profile }, ...(unit !== undefined && { unit }) })
  if ('why' in reach) throw usage(reach.why)
  return {
    ...{ transport: reach.transport, unit: unit ?? 0, profile: modbusOnly(profile) },
    ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }),
  }
}

function modbusOnly(profile: Profile): ModbusProfile {
  if (profile.protocol === 'modbus') return profile
  throw usage(`profile ${profile.profile} speaks ${profile.protocol}; this command speaks Modbus alone`)
}

/** The line of a terminal, opened by its first transaction; a profile says how its unit wants to be asked. */
export async function lineTo({ transport, timeoutMs, unit, profile }: BareTarget): Promise<TimedModbusLine> {
  const rules = new UnitRules()
  if (profile) rules.set(unit, profile)
  return await openModbusLine(transport, {
    ...{ clock: systemClock, ...rules },
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
}

const list = (ids: readonly string[]): string =>
  ids.length > 12 ? `${ids.slice(0, 12).join(', ')} and ${ids.length - 12} more` : ids.join(', ') || 'none'

function didYouMean(word: string, words: readonly string[]): string {
  const near = nearest(word, words)
  return near ? `; did you mean ${near}?` : ''
}

const usage = (message: string): CivitalsError => new CivitalsError('CIV_CLI_USAGE', message)
