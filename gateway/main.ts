import { readFileSync } from 'node:fs'
import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import { systemClock } from '@civitals/contracts/system-clock'
import type { Logger } from 'pino'
import { loadConfig } from './config/io/load.ts'
import type { Prepared } from './config/io/prepare.ts'
import { ToldConfigurations } from './config/io/told-configurations.ts'
import type { GatewaySettings } from './config/settings.ts'
import { Gateway } from './gateway.ts'
import { Assembly } from './lines/assemble.ts'
import { openLines } from './lines/io/open-line.ts'
import { openPresence } from './presence/io/socket.ts'
import { askTimeService } from './readings/io/time-service.ts'
import { watchFile } from './reload/io/watch.ts'
import { Reloader, type ReloadOutcome } from './reload/reloader.ts'
import type { SpoolSuccession } from './spool/io/protocol.ts'
import { openSqliteSpool } from './spool/io/sqlite-spool.ts'
import { beforeAll, defaultKeepAcknowledgedMs } from './spool/spool.ts'
import { mqttLink } from './uplink/io/mqtt-connection.ts'

export interface GatewayOptions {
  /** Path of the YAML configuration. */
  readonly configFile: string
  readonly logger: Logger
  /** Stops it: polling ends, what was read is committed, everything is closed, within 2 s. */
  readonly signal: AbortSignal
  readonly clock?: Clock
  /** Takes the file's changes over while it runs, when it changes or the process gets SIGHUP. Default false. */
  readonly watch?: boolean
}

export interface RunningGateway {
  readonly gateway: string
  /** Hash of the running configuration. */
  readonly config: string
  status(): GatewayStatus
  /** Reads the file again and takes over what changed; a file with problems is refused and nothing changes. */
  reload(): Promise<ReloadOutcome>
  /** Resolves when it has stopped. */
  readonly stopped: Promise<void>
}

// Ordinary readings wait this long for company (architecture, section 3).
const lingerMs = { free: 1000, metered: 10_000 } as const
/** A status lists every terminal: at ten seconds it would be most of the traffic of a link paid by volume. */
const statusEveryMs = { free: 10_000, metered: 300_000 } as const

/**
 * Starts one gateway from its configuration file. Resolves when its lines are being polled.
 * Throws CIV_GATEWAY_CONFIG (context.problems: printable lines), CIV_GATEWAY_PASSWORD, CIV_GATEWAY_SPOOL_IN_USE,
 * CIV_GATEWAY_SPOOL_FORMAT and CIV_GATEWAY_SPOOL_OPEN, with nothing left running. A centre or terminals that are not there are no error.
 */
export async function runGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { configFile } = options
  return startGateway(await loadConfig(configFile), options)
}

/** The same from a configuration that was read and checked already; `configFile` is what a reload reads. */
export async function startGateway(prepared: Prepared, options: GatewayOptions): Promise<RunningGateway> {
  const { signal, clock = systemClock, configFile } = options
  const { settings, hash } = prepared
  const logger = options.logger.child({ gateway: settings.gateway })
  passwordOf(settings)
  const limits = {
    budgetBytes: settings.budgetBytes,
    keepAcknowledgedMs: defaultKeepAcknowledgedMs,
    compress: settings.metered,
  }
  const onSuccession = (succession: SpoolSuccession): void =>
    logger.error(succession, 'the spool could not go on; a new one has taken over what could be read')
  const spool = await openSqliteSpool({ folder: settings.spoolFolder, limits, clock, onSuccession })
  const told = await ToldConfigurations.open(settings.spoolFolder, (error) =>
    logger.warn({ err: error }, 'the configuration could not be kept beside the spool'),
  )
  if (prepared.configuration) await told.add(prepared.configuration)
  else logger.warn({ config: hash }, 'too many points for the centre to be told their units')
  const assembly = new Assembly(
    openLines(clock, settings.gateway, (stranger) => logger.warn(stranger, 'a DTU no line has')),
  )
  const gateway = new Gateway({
    lines: await assembly.lines(prepared),
    spool,
    connect: mqttLink({
      ...{ gateway: settings.gateway, url: settings.url, qos: settings.qos },
      password: () => passwordOf(settings),
      clock,
    }),
    clock,
    random: Math.random,
    periods: settings.periods,
    config: hash,
    configurations: () => told.message(),
    version: version(),
    timeService: () => askTimeService(),
    lingerMs: settings.metered ? lingerMs.metered : lingerMs.free,
    statusEveryMs: settings.metered ? statusEveryMs.metered : statusEveryMs.free,
    logger,
  })
  const tell = told.add.bind(told)
  const reloader = new Reloader({ gateway, assembly, logger, tell, load: () => loadConfig(configFile) }, prepared)
  const startedAt = clock.now()
  const presence = await openPresence(settings.spoolFolder, async () => {
    const [oldest] = await spool.waiting({ after: beforeAll, before: Number.MAX_SAFE_INTEGER, limit: 1 })
    return {
      ...{ gateway: settings.gateway, pid: process.pid, startedAt, configFile },
      ...{ status: gateway.status(), uplink: gateway.uplink() },
      ...(oldest && { oldestWaiting: { seq: (oldest.of ?? oldest).seq, at: oldest.committedAt } }),
    }
  })
  // Gone before the spool is free for a gateway that comes after: it would take the socket of that one away.
  signal.addEventListener('abort', () => presence?.close(), { once: true })
  if (options.watch) watchFile(configFile, signal, () => void reloader.reload())
  const stopped = gateway.run(signal).finally(() => presence?.close())
  logger.info({ config: hash, lines: settings.lines.length, spool: spool.id }, 'gateway runs')
  return {
    gateway: settings.gateway,
    config: hash,
    status: () => gateway.status(),
    reload: () => reloader.reload(),
    stopped,
  }
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

const version = (): string =>
  String((JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: unknown }).version)
