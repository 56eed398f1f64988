import { type Finding, findingsOf } from './finding.ts'
import { connectRemedy, connectTrouble } from './lines.ts'
import { printDuration } from './quantities.ts'

export interface LinkFacts {
  readonly host: string
  readonly port: number
  /** The host is this machine. */
  readonly local: boolean
  /** Where packets go that have no nearer way; absent: there is no default route. */
  readonly route?: { readonly device: string; readonly via: string }
  readonly name: { readonly ms: number; readonly addresses: readonly string[] } | { readonly code: string }
  /** Absent: the name could not be found. */
  readonly connected?: { readonly ms: number; readonly from: string } | { readonly code: string }
}

const slowMs = 1000
const { ok, warning, failure } = findingsOf('link')

/** Whether the broker's machine can be reached. */
export function linkFindings(facts: LinkFacts): Finding[] {
  return [...routeFinding(facts), ...nameFinding(facts), ...connectFinding(facts)]
}

function routeFinding({ route, local, connected }: LinkFacts): Finding[] {
  if (route) return [ok(`default route by ${route.device}, via ${route.via}`)]
  if (local || (connected && 'ms' in connected)) return []
  return [failure('no default route: this box has no way out', 'ip link, ip route; SIM, antenna, cable, APN')]
}

function nameFinding({ host, name }: LinkFacts): Finding[] {
  if ('code' in name) return [failure(`${host}: ${connectTrouble(name.code)}`, connectRemedy(name.code, host, 0))]
  if (name.addresses.includes(host)) return []
  return [ok(`${host} is ${name.addresses.join(', ')}, found in ${printDuration(name.ms)}`)]
}

function connectFinding({ host, port, connected }: LinkFacts): Finding[] {
  if (!connected) return []
  if ('code' in connected)
    return [failure(`${host}:${port}: ${connectTrouble(connected.code)}`, connectRemedy(connected.code, host, port))]
  const seen = `${host}:${port} takes a connection in ${printDuration(connected.ms)}, from ${connected.from}`
  return [
    connected.ms < slowMs ? ok(seen) : warning(seen, 'a weak link: signal of the antenna, other traffic; ping it'),
  ]
}
