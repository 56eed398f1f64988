import { createHash } from 'node:crypto'
import { checkDocument, type Problem } from '@civitals/contracts/document'
import { lintConfig } from './lint.ts'
import { type GatewayConfig, LooseConfigSchema, schemaOfKinds } from './schema.ts'

export type CheckedConfig =
  | { readonly ok: true; readonly value: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Reads a gateway's configuration from YAML text. `file` says where in problems; `profiles` are the ids a terminal may name.
 * Never throws for what a person wrote.
 */
export function checkConfig(text: string, file: string, profiles: Iterable<string>): CheckedConfig {
  const loose = checkDocument(LooseConfigSchema, text, file)
  if (!loose.ok) return loose
  const kinds = loose.value.lines.map((line) => line.transport.kind)
  const checked = checkDocument(schemaOfKinds(kinds), text, file)
  if (!checked.ok) return checked
  const value = checked.value as GatewayConfig
  const problems = lintConfig(value, text, file, [...profiles])
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value }
}

/**
 * Names what a gateway runs: 16 hexadecimal digits of SHA-256 over the configuration with its keys sorted and, where given, the
 * versions of its profiles. Layout and comments of the file do not change it; neither do secrets, which are not in it.
 */
export function configHash(config: GatewayConfig, profileVersions: Readonly<Record<string, number>> = {}): string {
  return createHash('sha256').update(canonical({ config, profileVersions })).digest('hex').slice(0, 16)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`
}

/** A configuration to start from: every key with what it means and what it is when left out. */
export const defaultConfig =
  (): string => `# Configuration of a Civitals gateway. Relative paths start at this file's folder.

# Id of this gateway: its user name and client id at the broker. Letters, digits, _ and -.
gateway: gw-01

uplink:
  # Broker of the centre.
  url: mqtt://127.0.0.1:1883
  # File whose first line is this gateway's password. Or passwordEnv: NAME for an environment variable; exactly one of the two.
  passwordFile: ./gw-01.password
  # true on a link paid by volume: deflates, and ordinary readings wait up to 10 s for each other. Default false.
  metered: false

spool:
  # Folder of the queue on disk. It outlives configuration, restarts and upgrades; give each gateway its own.
  folder: ./spool
  # Disk it may take, at least 1MiB. When it is full, settled readings go first, then the oldest, and every loss is declared. Default 512MiB.
  budget: 512MiB

poll:
  # Period of points a rule must see at once, e.g. water on the road. Default 1s.
  alarm: 1s
  # Period of ordinary points. Default 5s.
  normal: 5s
  # Period of points that change slowly, e.g. a battery. Default 60s.
  bulk: 60s

# One entry per serial port or TCP endpoint; each carries one conversation at a time.
lines:
  # Id of the line, unique in this file.
  - id: tcp-1
    # modbus-tcp {host, port} | rtu-over-tcp {host, port} | serial {path, baud, dataBits, parity, stopBits}
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: 15020 }
    # id: unique in the city; unit: Modbus unit id; profile: type of terminal, see civitals profile lint.
    terminals:
      - { id: air-01, unit: 1, profile: air-weather-station }
`
