import type { EpochMs } from '@civitals/contracts/clock'
import type { LineHealth } from '@civitals/contracts/status'
import { type Finding, findingsOf } from './finding.ts'
import { plural, printAge, printCount, printDuration } from './quantities.ts'

export interface Holder {
  readonly pid: number
  readonly command: string
}

/** A serial port as the file system shows it; it is not opened. */
export interface SerialFacts {
  readonly kind: 'serial'
  readonly path: string
  readonly is: 'port' | 'missing' | 'no device'
  readonly readable: boolean
  readonly writable: boolean
  /** Group that may use it. */
  readonly group?: string
  /** Its name in /dev/serial/by-id, where it has one. */
  readonly byId?: string
  /** Processes that have it open, this gateway's left out. */
  readonly holders: readonly Holder[]
  /** Ports that are there. */
  readonly present: readonly string[]
}

/** A server the gateway dials; not dialled while the gateway runs, since many serial servers bear one connection. */
export interface EndpointFacts {
  readonly kind: 'endpoint'
  readonly host: string
  readonly port: number
  readonly reached?: { readonly ms: number } | { readonly code: string }
}

/** A port terminals or DTUs dial in to. */
export interface ListenFacts {
  readonly kind: 'listen'
  readonly listen: string
  readonly free?: true | { readonly code: string }
}

export interface LineFacts {
  readonly id: string
  /** As a person writes the line down. */
  readonly name: string
  readonly terminals: number
  readonly way: SerialFacts | EndpointFacts | ListenFacts
  /** As the running gateway sees it. */
  readonly health?: LineHealth
}

const { ok, warning, failure } = findingsOf('lines')

/** Whether each line can be opened, and how its terminals answer. */
export function lineFindings(lines: readonly LineFacts[], now: EpochMs, file: string): Finding[] {
  return lines.flatMap((line) => {
    const way = wayFindings(line)
    return line.health ? [...way, healthFinding(line, line.health, now, file)] : way
  })
}

function wayFindings(line: LineFacts): Finding[] {
  switch (line.way.kind) {
    case 'serial':
      return serialFindings(line, line.way)
    case 'endpoint':
      return endpointFindings(line, line.way)
    case 'listen':
      return listenFindings(line, line.way)
  }
}

function serialFindings({ id, name }: LineFacts, way: SerialFacts): Finding[] {
  const { path, is, readable, writable, group, byId, holders, present } = way
  const there = present.length > 0 ? `there are ${present.join(', ')}` : 'this box shows no serial port at all'
  if (is === 'missing') return [failure(`${id}: ${path} is not there`, `adapter plugged in? ${there}; dmesg | tail`)]
  if (is === 'no device') return [failure(`${id}: ${path} is no serial port`, there)]
  if (!readable || !writable) {
    const next =
      group === undefined ? 'run as root, or change its rights' : `sudo usermod -aG ${group} USER, log in again`
    return [failure(`${id}: ${path} may not be ${readable ? 'written' : 'read'} by this user`, next)]
  }
  if (holders.length > 0) {
    const who = holders.map(({ pid, command }) => `${command} (process ${pid})`).join(', ')
    return [failure(`${id}: ${path} is open in ${who}, which takes its bytes`, 'end that program')]
  }
  if (byId === undefined || path.startsWith('/dev/serial/')) return [ok(`${id}: ${name} is there and may be used`)]
  return [warning(`${id}: ${path} may get another number at the next start`, `write path: ${byId}`)]
}

function endpointFindings({ id, name, health }: LineFacts, { host, port, reached }: EndpointFacts): Finding[] {
  if (!reached) return health ? [] : [ok(`${id}: ${name}, not dialled while a gateway uses it`)]
  if ('ms' in reached) return [ok(`${id}: ${name} takes a connection in ${printDuration(reached.ms)}`)]
  return [failure(`${id}: ${name}: ${connectTrouble(reached.code)}`, connectRemedy(reached.code, host, port))]
}

/** Why a connection could not be made, in words. */
export function connectTrouble(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'the machine is there and refuses: nothing listens on this port',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'the machine cannot be reached from here',
    ENETUNREACH: 'there is no way to this network',
    ENOTFOUND: 'no machine has this name',
    EAI_AGAIN: 'no name server answers',
    ECONNRESET: 'the connection was cut',
  }
  return `${words[code] ?? 'cannot be reached'} (${code})`
}

export function connectRemedy(code: string, host: string, port: number): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `is port ${port} right, and does the program on ${host} run?`
    case 'ENOTFOUND':
      return `is ${host} spelt right? getent hosts ${host}`
    case 'EAI_AGAIN':
      return 'cat /etc/resolv.conf; ping the name server; or write the address in place of the name'
    case 'ENETUNREACH':
      return 'ip route: is there a default route? SIM, antenna, cable'
    default:
      return `power and cable of ${host}; ping ${host}; a firewall on the way?`
  }
}

function listenFindings({ id, health }: LineFacts, { listen, free }: ListenFacts): Finding[] {
  const local = /^(?:(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):)?\d+$/.test(listen)
  const narrow = local
    ? [
        warning(
          `${id}: ${listen} is reached from this box alone`,
          'for DTUs outside: the address of the private network',
        ),
      ]
    : []
  if (health || free === undefined) return narrow
  if (free === true) return [ok(`${id}: port ${listen} is free for those who dial in`), ...narrow]
  const next =
    free.code === 'EADDRNOTAVAIL'
      ? 'ip addr: this box does not have that address'
      : `who holds it: sudo ss -ltnp | grep ${listen.replace(/^.*:/, ':')}`
  return [failure(`${id}: port ${listen} cannot be listened on (${free.code})`, next)]
}

function healthFinding({ id, name }: LineFacts, health: LineHealth, now: EpochMs, file: string): Finding {
  const { terminals, silent, trouble } = health
  if (trouble !== undefined)
    return failure(`${id}: ${name} is down: ${trouble}`, 'power, cable and address of the line')
  const strangers = health.strangers ?? []
  const heard = health.lastHeardAt === undefined ? '' : `, heard ${printAge(health.lastHeardAt, now)}`
  const unknown = strangers.length > 0 ? `, not in the configuration: ${strangers.join(', ')}` : ''
  const seen = `${id}: ${name}: ${answering(terminals, silent)}${heard}; ${countsOf(health)}${unknown}`
  const down = (health.perTerminal ?? []).filter(({ state }) => state === 'silent' || state === 'failing')
  if (silent === 0 && strangers.length === 0) return ok(seen)
  if (silent === 0) return warning(seen, 'add them under terminals, or take them off the line')
  const first = down[0]?.terminal ?? 'ID'
  const names =
    down.length > 0
      ? ` (${down
          .slice(0, 6)
          .map(({ terminal }) => terminal)
          .join(', ')})`
      : ''
  return (silent === terminals ? failure : warning)(
    `${seen}${names}`,
    `stop the gateway, then: civitals gateway read --config ${file} --terminal ${first}`,
  )
}

function answering(terminals: number, silent: number): string {
  if (terminals === 1) return silent === 0 ? 'its terminal answers' : 'its terminal is silent'
  return `${terminals - silent} of ${terminals} terminals answer`
}

function countsOf({ transactions, timeouts, crcErrors, connections }: LineHealth): string {
  if (connections !== undefined && transactions === 0) return plural(connections, 'connection')
  return `${plural(transactions, 'request')}, ${printCount(timeouts)} without answer, ${printCount(crcErrors)} damaged`
}
