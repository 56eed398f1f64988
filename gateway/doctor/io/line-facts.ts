import { constants } from 'node:fs'
import { access, readdir, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { LineConfig } from '../../config/schema.ts'
import { brokerOf } from '../../listening/broker-url.ts'
import { addressOf } from '../../listening/listen-address.ts'
import type { Presence } from '../../presence/presence.ts'
import type { LineFacts, ListenFacts, SerialFacts } from '../lines.ts'
import { connectTo } from './link-facts.ts'
import { openersOf } from './processes.ts'
import { groupNamed } from './users.ts'

const byIdFolder = '/dev/serial/by-id'
const connectPatienceMs = 3000

/** Looks at every line. What the running gateway uses is not touched: `inUse` when there is one, `presence` what it says. */
export function lineFacts(
  lines: readonly LineConfig[],
  inUse: { readonly pid: number } | undefined,
  presence: Presence | undefined,
): Promise<LineFacts[]> {
  return Promise.all(
    lines.map(async ({ id, transport, terminals }) => {
      const health = presence?.status.lines?.find((one) => one.line === id)
      return {
        ...{ id, name: nameOf(transport), terminals: terminals.length, way: await wayOf(transport, inUse) },
        ...(health && { health }),
      }
    }),
  )
}

function nameOf(transport: LineConfig['transport']): string {
  switch (transport.kind) {
    case 'serial': {
      const { path, baud, dataBits = 8, parity = 'none', stopBits = 1 } = transport
      return `${path} ${baud} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`
    }
    case 'tcp-server':
      return `port ${transport.listen}${transport.dtu === undefined ? '' : `, DTU ${transport.dtu}`}`
    case 'mqtt':
      return transport.url
    default:
      return `${transport.kind} ${transport.host}:${transport.port}`
  }
}

async function wayOf(
  transport: LineConfig['transport'],
  inUse: { readonly pid: number } | undefined,
): Promise<LineFacts['way']> {
  switch (transport.kind) {
    case 'serial':
      return await serialFacts(transport.path, inUse)
    case 'tcp-server':
      return { kind: 'listen', listen: transport.listen, ...(!inUse && { free: await listenable(transport.listen) }) }
    case 'mqtt': {
      const { host, port } = brokerOf(transport.url)
      return await endpointFacts(host, port, inUse)
    }
    default:
      return await endpointFacts(transport.host, transport.port, inUse)
  }
}

async function endpointFacts(
  host: string,
  port: number,
  inUse: { readonly pid: number } | undefined,
): Promise<LineFacts['way']> {
  if (inUse) return { kind: 'endpoint', host, port }
  const reached = await connectTo(host, port, connectPatienceMs)
  return { kind: 'endpoint', host, port, reached: 'ms' in reached ? { ms: reached.ms } : reached }
}

async function serialFacts(path: string, inUse: { readonly pid: number } | undefined): Promise<SerialFacts> {
  const [found, present, byId, holders] = await Promise.all([
    stat(path).catch(() => undefined),
    portsPresent(),
    byIdNameOf(path),
    openersOf(path),
  ])
  const may = (mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    )
  return {
    ...{ kind: 'serial', path, is: found ? (found.isCharacterDevice() ? 'port' : 'no device') : 'missing' },
    ...{ readable: await may(constants.R_OK), writable: await may(constants.W_OK) },
    ...(found && { group: await groupNamed(found.gid) }),
    ...(byId !== undefined && { byId }),
    holders: holders.filter(({ pid }) => pid !== inUse?.pid),
    present,
  }
}

/** Stable names first; built-in ports that are there. */
async function portsPresent(): Promise<string[]> {
  const stable = (await readdir(byIdFolder).catch(() => [])).map((name) => join(byIdFolder, name))
  if (stable.length > 0) return stable
  const names = await readdir('/dev').catch(() => [])
  return names
    .filter((name) => /^tty(USB|ACM|AMA|S|mxc|O|XRUSB)\d+$/.test(name))
    .map((name) => `/dev/${name}`)
    .slice(0, 6)
}

async function byIdNameOf(path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined)
  for (const name of await readdir(byIdFolder).catch(() => [])) {
    const stable = join(byIdFolder, name)
    if (real !== undefined && (await realpath(stable).catch(() => '')) === real) return stable
  }
  return undefined
}

/** Whether the gateway could listen there; given up again at once. */
function listenable(listen: string): Promise<NonNullable<ListenFacts['free']>> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'unknown' }))
    server.listen(addressOf(listen), () => server.close(() => resolve(true)))
  })
}
