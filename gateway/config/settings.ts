import { isAbsolute, resolve } from 'node:path'
import { durationMs } from '@civitals/contracts/duration'
import { type PolledClass, polledClasses } from '@civitals/firmware-bridge/profile'
import type { GatewayConfig, LineConfig } from './schema.ts'
import { sizeBytes } from './size.ts'

/** Milliseconds between two polls of each class of points. */
export type PollPeriods = Readonly<Record<PolledClass, number>>

/** A configuration as the gateway uses it: defaults filled in, units resolved, paths absolute. */
export interface GatewaySettings {
  readonly gateway: string
  readonly url: string
  readonly password: { readonly file: string } | { readonly env: string }
  readonly metered: boolean
  readonly qos: 0 | 1
  readonly spoolFolder: string
  readonly budgetBytes: number
  readonly periods: PollPeriods
  /** How terminals report that have no `report` of their own. */
  readonly report?: ReportSettings
  readonly lines: readonly LineConfig[]
}

export interface ReportSettings {
  /** Default: on a metered uplink. */
  readonly onChange?: boolean
  /** In place of the profiles' `reportEvery`; a duration as written. */
  readonly heartbeat?: string
}

const defaultPeriods: Readonly<Record<PolledClass, string>> = { alarm: '1s', normal: '5s', bulk: '60s' }
const defaultBudget = '512MiB'

/** Settings of a checked configuration; `folder` is where its file stands, an absolute path. */
export function settingsOf(config: GatewayConfig, folder: string): GatewaySettings {
  const fromFile = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path))
  const { uplink, spool, poll } = config
  const period = (name: PolledClass) => [name, durationMs(poll?.[name] ?? defaultPeriods[name])] as const
  return {
    gateway: config.gateway,
    url: uplink.url,
    password:
      uplink.passwordEnv === undefined ? { file: fromFile(uplink.passwordFile ?? '') } : { env: uplink.passwordEnv },
    metered: uplink.metered ?? false,
    qos: uplink.qos ?? 1,
    spoolFolder: fromFile(spool.folder),
    budgetBytes: sizeBytes(spool.budget ?? defaultBudget),
    periods: Object.fromEntries(polledClasses.map(period)) as PollPeriods,
    ...(config.report && { report: config.report }),
    lines: config.lines.map((line) => withPaths(line, fromFile)),
  }
}

function withPaths(line: LineConfig, fromFile: (path: string) => string): LineConfig {
  const { passwordFile } = line
  return {
    ...line,
    transport: transportWithPaths(line.transport, fromFile),
    ...(passwordFile !== undefined && { passwordFile: fromFile(passwordFile) }),
  }
}

function transportWithPaths(
  transport: LineConfig['transport'],
  fromFile: (path: string) => string,
): LineConfig['transport'] {
  if (transport.kind === 'serial') return { ...transport, path: fromFile(transport.path) }
  if (transport.kind !== 'mqtt') return transport
  const { passwordFile, caFile } = transport
  return {
    ...transport,
    ...(passwordFile !== undefined && { passwordFile: fromFile(passwordFile) }),
    ...(caFile !== undefined && { caFile: fromFile(caFile) }),
  }
}
