import { type Profile, type ProfilePoint, polledPoints } from '@civitals/firmware-bridge/profile'
import type { TerminalReader } from '@civitals/firmware-bridge/terminal-reader'
import type { Prepared } from '../config/io/prepare.ts'
import { familyOf } from '../config/protocol-rules.ts'
import type { LineConfig, TerminalConfig } from '../config/schema.ts'
import type { GatewaySettings } from '../config/settings.ts'
import type { HeardTerminal } from '../listening/line-listener.ts'
import type { ReportSource } from '../listening/report-source.ts'
import type { ReportOptions } from '../readings/reporter.ts'
import { differenceOf } from '../reload/difference.ts'
import type { GatewayLine, GatewayTerminal, PolledLine } from './lines.ts'

/** A line that is ready: one in which the gateway asks, with how its terminals are read, or one whose terminals speak first. */
export type OpenedLine = AskedLine | { readonly source: ReportSource }
export interface AskedLine {
  readonly line: PolledLine['line']
  readerOf(terminal: TerminalConfig, profile: Profile): TerminalReader
}

/** Makes a line of the configuration ready whose terminals speak this protocol. */
export type OpenLine = (line: LineConfig, protocol: string) => Promise<OpenedLine>

interface Assembled {
  readonly opened: OpenedLine
  readonly protocol: string
  readonly line: GatewayLine
}

/**
 * Makes a gateway's lines of its configuration. Called again for another one, it hands out the same objects for what did not change, so
 * that whoever works them sees by identity what goes on.
 */
export class Assembly {
  readonly #open: OpenLine
  #prepared: Prepared | undefined
  #assembled: ReadonlyMap<string, Assembled> = new Map()

  constructor(open: OpenLine) {
    this.#open = open
  }

  /** Opens what is new. Rejects with what opening said; then nothing has changed. */
  async lines(prepared: Prepared): Promise<readonly GatewayLine[]> {
    const difference = this.#prepared && differenceOf(this.#prepared, prepared)
    const assembled = new Map<string, Assembled>()
    for (const config of prepared.settings.lines) {
      const protocol = protocolOf(config, prepared.profiles)
      const known = this.#assembled.get(config.id)
      const before = known?.protocol === protocol ? known : undefined
      const change = difference?.lines.get(config.id)
      if (before && change?.kind === 'kept') assembled.set(config.id, before)
      else if (before && change?.kind === 'terminals')
        assembled.set(config.id, lineOf(config, prepared, before, before.line.terminals, change.changed))
      else {
        const opened = await this.#open(config, protocol)
        assembled.set(config.id, lineOf(config, prepared, { opened, protocol }))
      }
    }
    this.#prepared = prepared
    this.#assembled = assembled
    return [...assembled.values()].map(({ line }) => line)
  }
}

function lineOf(
  { id, terminals: configs }: LineConfig,
  { settings, profiles }: Prepared,
  { opened, protocol }: Pick<Assembled, 'opened' | 'protocol'>,
  before: readonly (GatewayTerminal | HeardTerminal)[] = [],
  changed: ReadonlySet<string> = new Set(),
): Assembled {
  const known = new Map<string, unknown>(before.filter(({ id }) => !changed.has(id)).map((one) => [one.id, one]))
  // What was made of this very line before is what is made of it now.
  const terminalsOf = <T>(make: (config: TerminalConfig, profile: Profile) => T): T[] =>
    configs.flatMap((config) => {
      const profile = profiles[config.profile]
      return profile ? [(known.get(config.id) as T | undefined) ?? make(config, profile)] : []
    })
  if ('source' in opened) {
    const terminals = terminalsOf((config, profile) => heardTerminalOf(config, profile, settings))
    return { opened, protocol, line: { id, source: opened.source, terminals } }
  }
  const terminals = terminalsOf((config, profile) => terminalOf(config, profile, settings, opened))
  return { opened, protocol, line: { id, line: opened.line, terminals } }
}

/** What is spoken on a line: as it says, else as its terminals' profiles say; `bus` for what goes side by side. */
function protocolOf({ protocol, transport, terminals }: LineConfig, profiles: Prepared['profiles']): string {
  if (transport.kind === 'mqtt') return 'mqtt-json'
  const [first] = terminals
  return familyOf(protocol ?? (first && profiles[first.profile]?.protocol) ?? 'modbus')
}

const heardTerminalOf = (config: TerminalConfig, profile: Profile, settings: GatewaySettings): HeardTerminal => ({
  ...{ id: config.id, address: config.address ?? '', profile },
  report: reportOf(config, profile, settings),
})

function terminalOf(
  config: TerminalConfig,
  profile: Profile,
  settings: GatewaySettings,
  opened: AskedLine,
): GatewayTerminal {
  const { id, unit, address } = config
  return {
    ...{ id, unit: unit ?? address ?? '', profile, points: polledPoints<ProfilePoint>(profile) },
    reader: opened.readerOf(config, profile),
    report: reportOf(config, profile, settings),
  }
}

function reportOf({ report, points }: TerminalConfig, profile: Profile, settings: GatewaySettings): ReportOptions {
  const { heartbeat, onChange = settings.metered } = settings.report ?? {}
  const beats = heartbeat === undefined ? [] : profile.points.map(({ id }) => [id, { reportEvery: heartbeat }] as const)
  const own = Object.entries(points ?? {}).map(([id, override]) => {
    return [id, { ...(heartbeat !== undefined && { reportEvery: heartbeat }), ...override }] as const
  })
  return {
    report: report ?? (onChange ? 'onChange' : 'every'),
    points: Object.fromEntries([...beats, ...own]),
  }
}
