import { type Problem, problemAt } from '@civitals/contracts/document'
import { durationMs } from '@civitals/contracts/duration'
import { nearest } from '@civitals/contracts/nearest'
import type { KnownProfiles } from './config.ts'
import { isBusProtocol, type ProtocolRule, ruleOf, shareALine } from './protocol-rules.ts'
import type { GatewayConfig, LineConfig, TerminalConfig } from './schema.ts'
import { sizeBytes } from './size.ts'

type Keys = readonly (string | number)[]
type Finding = readonly [keys: Keys, message: string]

const smallestBudget = 2 ** 20
const shortestPeriodMs = 10
const hostAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]|localhost)$/

/** What a schema cannot say of a configuration, each problem at its place in the text. */
export function lintConfig(config: GatewayConfig, text: string, file: string, profiles: KnownProfiles): Problem[] {
  const findings = [
    ...passwordFindings(config),
    ...limitFindings(config),
    ...lineFindings(config),
    ...sharedPortFindings(config),
    ...terminalFindings(config, profiles),
  ]
  return findings.map(([keys, message]) => problemAt(text, file, keys.map(String), message)).sort(byPlace)
}

const byPlace = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column

function passwordFindings({ uplink }: GatewayConfig): Finding[] {
  if (uplink.passwordFile !== undefined && uplink.passwordEnv !== undefined)
    return [[['uplink', 'passwordEnv'], 'give passwordFile or passwordEnv, not both']]
  if (uplink.passwordFile === undefined && uplink.passwordEnv === undefined)
    return [[['uplink'], 'key passwordFile (or passwordEnv) is missing']]
  return []
}

function limitFindings({ spool, poll }: GatewayConfig): Finding[] {
  const findings: Finding[] = []
  if (spool.budget !== undefined && sizeBytes(spool.budget) < smallestBudget)
    findings.push([['spool', 'budget'], 'must be at least 1MiB'])
  for (const [name, period] of Object.entries(poll ?? {}))
    if (durationMs(period) < shortestPeriodMs) findings.push([['poll', name], 'must be at least 10ms'])
  return findings
}

function lineFindings({ lines }: GatewayConfig): Finding[] {
  const findings: Finding[] = []
  const ids = new Set<string>()
  const ports = new Map<string, string>()
  for (const [place, line] of lines.entries()) {
    if (ids.has(line.id)) findings.push([['lines', place, 'id'], `line ${line.id} is already defined`])
    ids.add(line.id)
    const { transport } = line
    if (transport.kind === 'tcp-server') findings.push(...serverFindings(transport, ['lines', place, 'transport']))
    if (transport.kind === 'mqtt') findings.push(...mqttFindings(transport, ['lines', place, 'transport']))
    if (transport.kind !== 'serial') continue
    const { path } = transport
    const taken = ports.get(path)
    if (taken !== undefined) findings.push([['lines', place, 'transport', 'path'], `${path} is already line ${taken}`])
    else ports.set(path, line.id)
  }
  return findings
}

type Server = Extract<LineConfig['transport'], { kind: 'tcp-server' }>
type Mqtt = Extract<LineConfig['transport'], { kind: 'mqtt' }>

function serverFindings({ listen, identify, heartbeat, dtu }: Server, at: Keys): Finding[] {
  const findings: Finding[] = []
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(listen) ?? []
  if (Number(port) < 1 || Number(port) > 65_535) findings.push([[...at, 'listen'], 'ports are 1 to 65535'])
  if (!hostAddress.test(host))
    findings.push([[...at, 'listen'], `${host} is no address of this box; write it in digits, or 0.0.0.0 for all`])
  if (identify !== undefined && dtu === undefined)
    findings.push([[...at, 'identify'], 'says how a DTU names itself, but no dtu is named'])
  if (identify?.pattern !== undefined) {
    const why = patternFault(identify.pattern)
    if (why) findings.push([[...at, 'identify', 'pattern'], why])
  }
  if (heartbeat?.startsWith('0x') && !/^0x(?:[0-9A-Fa-f]{2})+$/.test(heartbeat))
    findings.push([[...at, 'heartbeat'], 'bytes are written as 0xFE01, two digits each'])
  return findings
}

function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return pattern.includes('(?<id>') ? undefined : 'must hold (?<id>...), the part that is the name'
}

function mqttFindings({ url, caFile, payload, topics, address }: Mqtt, at: Keys): Finding[] {
  const findings: Finding[] = []
  if (caFile !== undefined && !url.startsWith('mqtts:'))
    findings.push([[...at, 'caFile'], 'says whom to trust with TLS, but the url is not mqtts://'])
  if (payload !== 'json') return findings
  if (topics === undefined) findings.push([at, 'key topics is missing: plain JSON has no usual topic'])
  if (address === undefined) findings.push([at, 'key address is missing: where a message names its terminal'])
  return findings
}

/** Lines that listen on one port are told apart by their DTUs; one of them may take everybody else. */
function sharedPortFindings({ lines }: GatewayConfig): Finding[] {
  const findings: Finding[] = []
  const taken = new Map<string, string>()
  const identified = new Map<string, { readonly how: string; readonly line: string }>()
  for (const [place, line] of lines.entries()) {
    if (line.transport.kind !== 'tcp-server') continue
    const { listen, dtu, identify, heartbeat } = line.transport
    const key = `${listen} ${dtu ?? ''}`
    const other = taken.get(key)
    const at: Keys = ['lines', place, 'transport', dtu === undefined ? 'listen' : 'dtu']
    if (other !== undefined)
      findings.push([
        at,
        dtu === undefined ? `${listen} is already line ${other}` : `DTU ${dtu} is already line ${other}`,
      ])
    taken.set(key, line.id)
    if (dtu === undefined) continue
    const how = JSON.stringify([identify, heartbeat])
    const before = identified.get(listen)
    if (before === undefined) identified.set(listen, { how, line: line.id })
    else if (before.how !== how)
      findings.push([at, `identify and heartbeat must be as on line ${before.line}, which shares the port`])
  }
  return findings
}

function terminalFindings({ lines }: GatewayConfig, profiles: KnownProfiles): Finding[] {
  const findings: Finding[] = []
  const lineOfTerminal = new Map<string, string>()
  for (const [place, line] of lines.entries()) {
    const terminalOfAddress = new Map<string, string>()
    const protocols = new Set<string>(line.protocol === undefined ? [] : [line.protocol])
    for (const [index, terminal] of line.terminals.entries()) {
      const at = (...keys: Keys): Keys => ['lines', place, 'terminals', index, ...keys]
      const otherLine = lineOfTerminal.get(terminal.id)
      if (otherLine !== undefined) findings.push([at('id'), `terminal ${terminal.id} is already on line ${otherLine}`])
      lineOfTerminal.set(terminal.id, line.id)
      const profile = profiles.get(terminal.profile)
      if (!profile) findings.push([at('profile'), unknownProfile(terminal.profile, [...profiles.keys()])])
      else {
        findings.push(...protocolFindings(line, terminal, profile.protocol, protocols, at))
        findings.push(...overrideFindings(terminal, profile.points, at))
      }
      findings.push(...twiceFindings(line, terminal, terminalOfAddress, at))
    }
    if (line.transport.kind !== 'tcp-server') continue
    if (protocols.size === 0)
      findings.push([['lines', place], 'key protocol is missing: no terminal says what is spoken here'])
    if ([...protocols].some(isBusProtocol) && line.transport.dtu === undefined)
      findings.push([['lines', place, 'transport'], 'key dtu is missing: which DTU leads to these terminals'])
  }
  return findings
}

type At = (...keys: Keys) => Keys

function protocolFindings(
  line: LineConfig,
  terminal: TerminalConfig,
  protocol: string,
  seen: Set<string>,
  at: At,
): Finding[] {
  const rule = ruleOf(protocol)
  if (!rule) return [[at('profile'), `profile ${terminal.profile} speaks ${protocol}, which this gateway does not`]]
  const findings: Finding[] = []
  const [first] = seen
  seen.add(protocol)
  if (first !== undefined && !shareALine(first, protocol))
    findings.push([at('profile'), `profile ${terminal.profile} speaks ${protocol}, but this line speaks ${first}`])
  const { kind } = line.transport
  if (!rule.transports.includes(kind))
    findings.push([
      at('profile'),
      `${protocol} of profile ${terminal.profile} cannot go over ${kind}; it needs ${rule.transports.join(', ')}`,
    ])
  return [...findings, ...addressFindings(line, terminal, rule, at)]
}

function addressFindings(line: LineConfig, { unit, address }: TerminalConfig, rule: ProtocolRule, at: At): Finding[] {
  if (rule.address === 'unit') {
    if (address !== undefined) return [[at('address'), 'Modbus terminals have a unit, no address']]
    if (unit === undefined) return [[at(), 'key unit is missing']]
    if (line.transport.kind !== 'modbus-tcp' && (unit < 1 || unit > 247))
      return [[at('unit'), 'units of a serial line are 1 to 247 [MODBUS SERIAL 2.2]']]
    return []
  }
  if (unit !== undefined) return [[at('unit'), 'only Modbus terminals have a unit; write address']]
  if (address === undefined) return [[at(), `key address is missing: ${rule.address.means}`]]
  return rule.address.pattern.test(address) ? [] : [[at('address'), `must be ${rule.address.means}`]]
}

function twiceFindings(
  line: LineConfig,
  { id, unit, address }: TerminalConfig,
  seen: Map<string, string>,
  at: At,
): Finding[] {
  const key = unit === undefined ? 'address' : 'unit'
  const name = String(unit ?? address ?? '')
  const other = seen.get(name)
  if (name !== '') seen.set(name, id)
  return other === undefined ? [] : [[at(key), `${key} ${name} of line ${line.id} is already ${other}`]]
}

function overrideFindings({ points }: TerminalConfig, known: readonly { id: string }[], at: At): Finding[] {
  const ids = known.map(({ id }) => id)
  return Object.keys(points ?? {})
    .filter((point) => !ids.includes(point))
    .map((point) => [at('points', point), `no point of the profile${didYouMean(point, ids)}`])
}

const unknownProfile = (profile: string, profiles: readonly string[]): string =>
  `profile ${profile} is not known${didYouMean(profile, profiles)}`

function didYouMean(name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  return near ? `; did you mean ${near}?` : ''
}
