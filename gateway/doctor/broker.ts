import { type Finding, findingsOf } from './finding.ts'
import { printDuration } from './quantities.ts'

/** What became of a login with the gateway's user name and password and the doctor's own client id. */
export type LoginOutcome =
  | { readonly kind: 'welcome'; readonly connectMs: number; readonly roundTripMs?: number }
  /** CONNACK return code [MQTT-3.1.1 3.2.2.3]. */
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'tls' }
  | { readonly kind: 'no mqtt'; readonly bytes: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent'; readonly ms: number }
  | { readonly kind: 'not tried'; readonly why: string }

export interface BrokerFacts {
  readonly gateway: string
  readonly clientId: string
  readonly url: string
  readonly login: LoginOutcome
  /** The running gateway has a session now. */
  readonly gatewayConnected: boolean
}

const slowMs = 2000
const { ok, warning, failure } = findingsOf('broker')

/** Whether the broker takes this gateway's password. */
export function brokerFindings(facts: BrokerFacts): Finding[] {
  const { login, url } = facts
  switch (login.kind) {
    case 'welcome':
      return [welcomeFinding(facts, login)]
    case 'refused':
      return [refusedFinding(facts, login.code)]
    case 'tls':
      return [
        failure(
          `${url} speaks TLS; this gateway speaks MQTT without it`,
          'use the plain port (usually 1883) through a VPN',
        ),
      ]
    case 'no mqtt':
      return [
        failure(
          `${url} answers, but not in MQTT (${login.bytes})`,
          'another program listens there: correct uplink.url',
        ),
      ]
    case 'closed':
      return [
        failure(`${url} closed the connection without an answer`, 'the log of the broker says why; is the port right?'),
      ]
    case 'silent':
      return [
        failure(
          `${url} took the connection and said nothing for ${printDuration(login.ms)}`,
          'the broker hangs, or a firewall lets the first packet pass alone',
        ),
      ]
    case 'not tried':
      return [warning(`${url} was not tried: ${login.why}`, 'see above')]
  }
}

function welcomeFinding(
  { url, gateway }: BrokerFacts,
  { connectMs, roundTripMs }: Extract<LoginOutcome, { kind: 'welcome' }>,
): Finding {
  const there = roundTripMs === undefined ? '' : `, there and back in ${printDuration(roundTripMs)}`
  const seen = `${url} takes the password of ${gateway}: login in ${printDuration(connectMs)}${there}`
  const slow = roundTripMs === undefined || roundTripMs > slowMs
  return slow ? warning(seen, 'the broker or the link is overloaded: ping the host, ask the centre') : ok(seen)
}

function refusedFinding({ url, gateway, clientId, gatewayConnected }: BrokerFacts, code: number): Finding {
  if (gatewayConnected && (code === 2 || code === 5))
    return warning(
      `${url} refuses the doctor's client id ${clientId}; the gateway itself is connected`,
      allowIt(clientId),
    )
  switch (code) {
    case 1:
      return failure(`${url} does not speak MQTT 3.1.1 (code 1)`, 'a newer broker, or its setting for older protocols')
    case 2:
      return warning(`${url} refuses the doctor's client id ${clientId} (code 2)`, allowIt(clientId))
    case 3:
      return failure(`${url} is up and not ready (code 3)`, 'try again in a minute; then ask the centre')
    case 4:
    case 5:
      return failure(
        `${url} refuses ${gateway}: wrong password, or a gateway it does not know (code ${code})`,
        `copy secrets/${gateway}.password from the centre again; its list of rejects says which of the two`,
      )
    default:
      return failure(`${url} refuses the login (code ${code})`, 'the log of the broker says why')
  }
}

const allowIt = (clientId: string): string =>
  `nothing is wrong with the gateway; to let the doctor in, allow ${clientId}`
