import { checkDocument, type Problem } from '@civitals/contracts/document'
import { digestOf } from '@civitals/contracts/encode-configuration'
import { Type } from 'typebox'
import { lintConfig } from './lint.ts'
import { type GatewayConfig, LooseConfigSchema, schemaOfKinds } from './schema.ts'

export type CheckedConfig =
  | { readonly ok: true; readonly value: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The profiles a terminal may name, by id. */
export type KnownProfiles = ReadonlyMap<
  string,
  { readonly protocol: string; readonly points: readonly { id: string }[] }
>

/**
 * Reads a gateway's configuration from YAML text. `file` says where in problems. Never throws for what a person wrote.
 */
export function checkConfig(text: string, file: string, profiles: KnownProfiles): CheckedConfig {
  const loose = checkDocument(LooseConfigSchema, text, file)
  if (!loose.ok) return loose
  const kinds = loose.value.lines.map((line) => line.transport.kind)
  const checked = checkDocument(schemaOfKinds(kinds), text, file)
  if (!checked.ok) return checked
  const value = checked.value as GatewayConfig
  const problems = lintConfig(value, text, file, profiles)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value }
}

const OwnProfilesSchema = Type.Object({ profiles: Type.Optional(Type.String()) })
const NamedProfilesSchema = Type.Object({
  lines: Type.Array(Type.Object({ terminals: Type.Array(Type.Object({ profile: Type.String() })) })),
})

/** The folder of a person's own profiles, as the configuration writes it; undefined when it names none, or is broken. */
export function ownProfilesOf(text: string): string | undefined {
  const checked = checkDocument(OwnProfilesSchema, text, '')
  return checked.ok ? checked.value.profiles : undefined
}

/** The profiles the terminals of a configuration name; empty when it is broken. */
export function profilesNamedBy(text: string): ReadonlySet<string> {
  const checked = checkDocument(NamedProfilesSchema, text, '')
  if (!checked.ok) return new Set()
  return new Set(checked.value.lines.flatMap(({ terminals }) => terminals.map(({ profile }) => profile)))
}

/**
 * Names the settings a gateway runs with: 16 hexadecimal digits over the configuration and, where given, the versions of its profiles.
 * Layout and comments of the file do not change it; neither do secrets, which are not in it.
 */
export const settingsDigest = (config: GatewayConfig, profileVersions: Readonly<Record<string, number>> = {}): string =>
  digestOf({ config, profileVersions })

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
  # 0 sends readings without the broker's receipts; what counts is the centre's own acknowledgement either way. Default 1.
  qos: 1

spool:
  # Folder of the queue on disk. It outlives configuration, restarts and upgrades; give each gateway its own.
  folder: ./spool
  # Disk it may take, at least 1MiB. When it is full, settled readings go first; then those of the lowest class, debug before telemetry before
  # event, and urgent ones last. Of debug and telemetry that was never sent, the last value of each point a minute stays before anything goes
  # whole; then the oldest goes. Every loss is declared. A point says in its profile or below which class it is of (keep). Default 512MiB.
  budget: 512MiB

poll:
  # Period of points a rule must see at once, e.g. water on the road. Default 1s.
  alarm: 1s
  # Period of ordinary points. Default 5s.
  normal: 5s
  # Period of points that change slowly, e.g. a battery. Default 60s.
  bulk: 60s

report:
  # true: a value within the deadband of the last one told waits. Default: true when metered, else false.
  onChange: false
  # Longest silence about a point that does not change, in place of what its profile says.
  # heartbeat: 60s

# Folder of your own profiles, used beside the shipped ones: <folder>/<id>/profile.yaml.
# profiles: ./profiles

# One entry per serial port or endpoint; each carries one conversation at a time.
lines:
  # Id of the line, unique in this file.
  - id: tcp-1
    # Where the terminals are; one of
    #   modbus-tcp {host, port}. behindGateway: true, false or auto (default): a serial bus stands behind it; window: requests at once.
    #   rtu-over-tcp {host, port}: RTU frames through a socket. tcp {host, port}: the same for other protocols.
    #   serial {path, baud, dataBits, parity, stopBits}. rs485 {rtsPolarity: high or low while sending, rtsDelayBefore, rtsDelayAfter,
    #     rxDuringTx}: only for a transceiver whose direction the program must switch.
    #   tcp-server {listen: 'ADDRESS:PORT'}: terminals or DTUs dial in; a port alone listens on 127.0.0.1. dtu: the DTU of this line, by
    #     what its registration packet says; identify {pattern, as: text or hex, within}: how to find it there (default: 15 or 20 digits);
    #     heartbeat: the DTU's own packet, as text or 0xFE01, which is swallowed; idle: connections silent for so long are closed (2h).
    #   mqtt {url, topics}: JSON by a broker. payload: chirpstack (default) or json, then with address and, where there is one, time:
    #     paths such as device.id or topic[2]; clientId, username, passwordFile: as the broker wants them. mqtts://: with TLS, and caFile
    #     where the broker's certificate is not signed by a public authority.
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: 15020 }
    # Longest wait for a reply. Default: from the speed of the line and what each terminal takes.
    # timeout: 1s
    # Only lines whose terminals speak first: protocol: hj212, sl651, gb26875 or jtt808 (default: as the profiles say), zone: of their
    # clocks (default '+08:00'), passwordFile: file with the password or key they were given.
    # id: unique in the city; unit: Modbus unit id, or address: as printed on the device, in quotes; profile: type of terminal, see
    # civitals profile lint; report: every or onChange, points
    # {POINT: {reportEvery, deadband, keep: debug, telemetry (default) or event}}: for this terminal alone.
    terminals:
      - { id: air-01, unit: 1, profile: air-weather-station }
`
