import type { Profile } from '@civitals/firmware-bridge/profile'
import type { TerminalReader } from '@civitals/firmware-bridge/terminal-reader'
import type { Prepared } from '../config/io/prepare.ts'
import type { LineConfig, TerminalConfig } from '../config/schema.ts'
import type { GatewaySettings } from '../config/settings.ts'
import type { ReportOptions } from '../readings/reporter.ts'
import { differenceOf } from '../reload/difference.ts'
import type { GatewayLine, GatewayTerminal } from './lines.ts'

/** A line that is ready, and how the terminals on it are read. */
export interface OpenedLine {
  readonly line: GatewayLine['line']
  readerOf(terminal: TerminalConfig, profile: Profile): TerminalReader
}

interface Assembled {
  readonly opened: OpenedLine
  readonly line: GatewayLine
}

/**
 * Makes a gateway's lines of its configuration. Called again for another one, it hands out the same objects for what did not change, so
 * that whoever works them sees by identity what goes on.
 */
export class Assembly {
  readonly #open: (line: LineConfig) => Promise<OpenedLine>
  #prepared: Prepared | undefined
  #assembled: ReadonlyMap<string, Assembled> = new Map()

  constructor(open: (line: LineConfig) => Promise<OpenedLine>) {
    this.#open = open
  }

  /** Opens what is new. Rejects with what opening said; then nothing has changed. */
  async lines(prepared: Prepared): Promise<readonly GatewayLine[]> {
    const difference = this.#prepared && differenceOf(this.#prepared, prepared)
    const assembled = new Map<string, Assembled>()
    for (const config of prepared.settings.lines) {
      const before = this.#assembled.get(config.id)
      const change = difference?.lines.get(config.id)
      if (before && change?.kind === 'kept') assembled.set(config.id, before)
      else if (before && change?.kind === 'terminals')
        assembled.set(config.id, lineOf(config, prepared, before.opened, before.line.terminals, change.changed))
      else assembled.set(config.id, lineOf(config, prepared, await this.#open(config)))
    }
    this.#prepared = prepared
    this.#assembled = assembled
    return [...assembled.values()].map(({ line }) => line)
  }
}

function lineOf(
  { id, terminals: configs }: LineConfig,
  { settings, profiles }: Prepared,
  opened: OpenedLine,
  before: readonly GatewayTerminal[] = [],
  changed: ReadonlySet<string> = new Set(),
): Assembled {
  const known = new Map(before.filter((terminal) => !changed.has(terminal.id)).map((one) => [one.id, one]))
  const terminals = configs.flatMap((config): GatewayTerminal[] => {
    const profile = profiles[config.profile]
    if (!profile) return []
    const same = known.get(config.id)
    return [same ?? terminalOf(config, profile, settings, opened)]
  })
  return { opened, line: { id, line: opened.line, terminals } }
}

function terminalOf(
  config: TerminalConfig,
  profile: Profile,
  settings: GatewaySettings,
  opened: OpenedLine,
): GatewayTerminal {
  const { id, unit, address } = config
  return {
    ...{ id, unit: unit ?? address ?? '', profile, points: profile.points },
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
