import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { connect, isIP } from 'node:net'
import type { LinkFacts } from '../link.ts'

const namePatienceMs = 5000
const connectPatienceMs = 5000
const loopback = /^(?:127\.|::1$|localhost$)/

/** How the machine of the broker is reached. */
export async function linkFacts(host: string, port: number): Promise<LinkFacts> {
  const [route, name] = await Promise.all([defaultRoute(), addressesOf(host)])
  const connected = 'code' in name ? undefined : await connectTo(host, port, connectPatienceMs)
  return {
    ...{ host, port, local: loopback.test(host), name },
    ...(route && { route }),
    ...(connected && { connected }),
  }
}

async function addressesOf(host: string): Promise<LinkFacts['name']> {
  if (isIP(host) !== 0) return { ms: 0, addresses: [host] }
  const begin = performance.now()
  const { promise: late, resolve } = Promise.withResolvers<LinkFacts['name']>()
  const timer = setTimeout(() => resolve({ code: 'EAI_AGAIN' }), namePatienceMs)
  const asked = lookup(host, { all: true }).then(
    (found) => ({ ms: performance.now() - begin, addresses: found.map(({ address }) => address) }),
    (error: NodeJS.ErrnoException) => ({ code: error.code ?? 'unknown' }),
  )
  const answer = await Promise.race([asked, late])
  clearTimeout(timer)
  return answer
}

/** Makes a connection and ends it. */
export function connectTo(
  host: string,
  port: number,
  patienceMs: number,
): Promise<{ readonly ms: number; readonly from: string } | { readonly code: string }> {
  return new Promise((resolve) => {
    const begin = performance.now()
    const socket = connect({ host, port })
    const timer = setTimeout(() => end({ code: 'ETIMEDOUT' }), patienceMs)
    const end = (result: { readonly ms: number; readonly from: string } | { readonly code: string }): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    socket.once('error', (error: NodeJS.ErrnoException) => end({ code: codeOf(error) }))
    socket.once('connect', () => end({ ms: performance.now() - begin, from: socket.localAddress ?? '?' }))
  })
}

/** With several addresses Node tries each and gathers the errors. */
function codeOf(error: NodeJS.ErrnoException | AggregateError): string {
  if (error instanceof AggregateError) return (error.errors[0] as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
  return error.code ?? 'unknown'
}

/** The row of destination 0 in the routing table; addresses are hexadecimal in the machine's byte order [proc_net(5)]. */
async function defaultRoute(): Promise<LinkFacts['route'] | undefined> {
  const rows = (await readFile('/proc/net/route', 'utf8').catch(() => '')).split('\n').slice(1)
  for (const row of rows) {
    const [device, destination, via, , , , , mask] = row.split('\t')
    if (!device || destination !== '00000000' || mask !== '00000000' || !via) continue
    const bytes = via.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
    return { device, via: bytes.reverse().join('.') }
  }
  return undefined
}
