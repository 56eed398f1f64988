import { BlockList, isIP } from 'node:net'
import { CivitalsError } from '@civitals/contracts/errors'

/** Addresses that are never reached by name alone: they must be allowed as addresses [RFC 6890 special-purpose registry]. */
const special: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]

/**
 * Where webhooks may go; what is not named is refused. Entries are host names (`hooks.example.org`, `*.example.org`) and
 * addresses or ranges (`127.0.0.0/8`, `::1`). A name leads to public addresses only: a private or loopback address must be
 * allowed as an address too, so that nobody's DNS can point the centre at itself or at the network behind it.
 */
export interface AllowList {
  /** Why a host of a URL may not be reached, or undefined when it may, as far as its name tells. */
  refusesHost(host: string): string | undefined
  /** Why an address that a host resolved to may not be reached. */
  refusesAddress(host: string, address: string): string | undefined
}

/** Reads the entries. Throws CIV_WORKORDERS_ALLOW_LIST_INVALID for one that is neither a name nor an address. */
export function allowList(entries: readonly string[]): AllowList {
  const addresses = new BlockList()
  const names: string[] = []
  for (const entry of entries) if (!addRange(addresses, entry)) names.push(checkedName(entry))
  const reserved = new BlockList()
  for (const range of special) addRange(reserved, range)
  const named = (host: string): boolean => names.some((name) => matches(name, host))
  return {
    refusesHost(host) {
      const bare = unbracketed(host)
      if (isIP(bare)) return includes(addresses, bare) ? undefined : notAllowed(bare)
      return named(bare) ? undefined : notAllowed(bare)
    },
    refusesAddress(host, address) {
      if (includes(addresses, address)) return undefined
      if (isIP(unbracketed(host))) return notAllowed(address)
      return includes(reserved, address) ? `${host} leads to ${address}, which is not allowed` : undefined
    },
  }
}

const notAllowed = (host: string): string => `${host} is not on the list of allowed targets`
const unbracketed = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')

/** An IPv4 address in IPv6 clothes is judged as what it is. */
function includes(list: BlockList, address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

function addRange(list: BlockList, entry: string): boolean {
  const [address = '', bits] = entry.split('/')
  const family = isIP(address)
  if (family === 0) return false
  const widest = family === 6 ? 128 : 32
  const prefix = bits === undefined ? widest : Number(bits)
  if (!(Number.isInteger(prefix) && prefix >= 0 && prefix <= widest)) return false
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  return true
}

function checkedName(entry: string): string {
  if (/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(entry)) return entry.toLowerCase()
  throw new CivitalsError(
    'CIV_WORKORDERS_ALLOW_LIST_INVALID',
    `${entry} is neither a host name nor an address or range`,
  )
}

const matches = (name: string, host: string): boolean =>
  name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name
