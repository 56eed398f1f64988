import { readFileSync } from 'node:fs'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import { systemClock } from '@civitals/contracts/system-clock'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import type { Logger } from 'pino'
import { loadConfig } from './config/io/load.ts'
import type { Prepared } from './config/io/prepare.ts'
import type { LineConfig } from './config/schema.ts'
import type { GatewaySettings } from './config/settings.ts'
import { Gateway } from './gateway.ts'
import type { GatewayLine } from './lines.ts'
import { askTimeService } from './readings/io/time-service.ts'
import { openSqliteSpool } from './spool/io/sqlite-spool.ts'
import { defaultKeepAcknowledgedMs } from './spool/spool.ts'
import { mqttLink } from './uplink/io/mqtt-connection.ts'

export interface GatewayOptions {
  /** Path of the YAML configuration. */
  readonly configFile: string
  readonly logger: Logger
  /** Stops it: polling ends, what was read is committed, everything is closed, within 2 s. */
  readonly signal: AbortSignal
  readonly clock?: Clock
}

export interface RunningGateway {
  readonly gateway: string
  /** Hash of the running configuration. */
  readonly config: string
  status(): GatewayStatus
  /** Resolves when it has stopped. */
  readonly stopped: Promise<void>
}

// Ordinary readings wait this long for company (architecture, section 3).
const lingerMs = { free: 1000, metered: 10_000 } as const

/**
 * Starts one gateway from its configuration file. Resolves when its lines are being polled.
 * Throws CIV_GATEWAY_CONFIG (context.problems: printable lines), CIV_GATEWAY_PASSWORD, CIV_GATEWAY_SPOOL_IN_USE and
 * CIV_GATEWAY_SPOOL_OPEN, with nothing left running. A centre or terminals that are not there are no error.
 */
export async function runGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { signal, clock = systemClock } = options
  const { settings, hash, profiles } = await loadConfig(options.configFile)
  const logger = options.logger.child({ gateway: settings.gateway })
  passwordOf(settings)
  const limits = {
    budgetBytes: settings.budgetBytes,
    keepAcknowledgedMs: defaultKeepAcknowledgedMs,
    compress: settings.metered,
  }
  const spool = await openSqliteSpool({ folder: settings.spoolFolder, limits, clock })
  if (spool.movedAside) logger.error({ movedAside: spool.movedAside }, 'the spool was damaged; a new one continues it')
  const gateway = new Gateway({
    lines: await Promise.all(settings.lines.map((line) => openLine(line, settings, profiles, clock))),
    spool,
    connect: mqttLink({ gateway: settings.gateway, url: settings.url, password: () => passwordOf(settings), clock }),
    clock,
    random: Math.random,
    periods: settings.periods,
    config: hash,
    version: version(),
    timeService: () => askTimeService(),
    lingerMs: settings.metered ? lingerMs.metered : lingerMs.free,
    logger,
  })
  const stopped = gateway.run(signal)
  logger.info({ config: hash, lines: settings.lines.length, spool: spool.id }, 'gateway runs')
  return { gateway: settings.gateway, config: hash, status: () => gateway.status(), stopped }
}

function passwordOf({ password }: GatewaySettings): string {
  if ('env' in password) {
    const secret = process.env[password.env]
    if (secret) return secret
    throw new CivitalsError('CIV_GATEWAY_PASSWORD', `environment variable ${password.env} is not set`)
  }
  try {
    return readFileSync(password.file, 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch (cause) {
    throw new CivitalsError('CIV_GATEWAY_PASSWORD', `password file ${password.file} cannot be read`, { cause })
  }
}

async function openLine(
  config: LineConfig,
  { metered }: GatewaySettings,
  profiles: Prepared['profiles'],
  clock: Clock,
): Promise<GatewayLine> {
  const line = await openModbusLine(config.transport, { clock })
  const terminals = config.terminals.flatMap(({ id, unit, profile: name }) => {
    const profile = profiles[name]
    if (!profile) return []
    const { points } = profile
    const report = { report: metered ? 'onChange' : 'every' } as const
    return [{ id, unit, profile, points, report, reader: new ModbusReader({ line, unit, points, clock }) }]
  })
  return { id: config.id, line, terminals }
}

const version = (): string =>
  String((JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: unknown }).version)
