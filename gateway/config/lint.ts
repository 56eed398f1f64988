import { type Problem, problemAt } from '@civitals/contracts/document'
import { durationMs } from '@civitals/contracts/duration'
import { nearest } from '@civitals/contracts/nearest'
import type { GatewayConfig } from './schema.ts'
import { sizeBytes } from './size.ts'

type Keys = readonly (string | number)[]
type Finding = readonly [keys: Keys, message: string]

const smallestBudget = 2 ** 20
const shortestPeriodMs = 10

/** What a schema cannot say of a configuration, each problem at its place in the text. */
export function lintConfig(config: GatewayConfig, text: string, file: string, profiles: readonly string[]): Problem[] {
  const findings = [
    ...passwordFindings(config),
    ...limitFindings(config),
    ...lineFindings(config),
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
  const ids = new Map<string, string>()
  const ports = new Map<string, string>()
  for (const [place, line] of lines.entries()) {
    if (ids.has(line.id)) findings.push([['lines', place, 'id'], `line ${line.id} is already defined`])
    ids.set(line.id, line.id)
    if (line.transport.kind !== 'serial') continue
    const { path } = line.transport
    const taken = ports.get(path)
    if (taken !== undefined) findings.push([['lines', place, 'transport', 'path'], `${path} is already line ${taken}`])
    else ports.set(path, line.id)
  }
  return findings
}

function terminalFindings({ lines }: GatewayConfig, profiles: readonly string[]): Finding[] {
  const findings: Finding[] = []
  const lineOfTerminal = new Map<string, string>()
  for (const [place, line] of lines.entries()) {
    const terminalOfUnit = new Map<number, string>()
    for (const [index, terminal] of line.terminals.entries()) {
      const at = (key: string): Keys => ['lines', place, 'terminals', index, key]
      const otherLine = lineOfTerminal.get(terminal.id)
      if (otherLine !== undefined) findings.push([at('id'), `terminal ${terminal.id} is already on line ${otherLine}`])
      lineOfTerminal.set(terminal.id, line.id)
      const sameUnit = terminalOfUnit.get(terminal.unit)
      if (sameUnit !== undefined)
        findings.push([at('unit'), `unit ${terminal.unit} of line ${line.id} is already ${sameUnit}`])
      terminalOfUnit.set(terminal.unit, terminal.id)
      if (line.transport.kind !== 'modbus-tcp' && (terminal.unit < 1 || terminal.unit > 247))
        findings.push([at('unit'), 'units of a serial line are 1 to 247 [MODBUS SERIAL 2.2]'])
      if (!profiles.includes(terminal.profile))
        findings.push([at('profile'), unknownProfile(terminal.profile, profiles)])
    }
  }
  return findings
}

function unknownProfile(profile: string, profiles: readonly string[]): string {
  const near = nearest(profile, profiles)
  return `profile ${profile} is not known${near ? `; did you mean ${near}?` : ''}`
}
