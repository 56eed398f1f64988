// Without the schema library: an edge box encodes what the centre checks.
import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Configuration } from './configuration.ts'
import { maxWireBytes } from './encode-envelope.ts'
import { maxInflatedBytes } from './payload.ts'
import { sealDeflated, sealJson } from './seal.ts'

/** Configurations one message tells of, at most. */
export const mostConfigurationsTold = 16

/**
 * What hashes of configurations that are told begin with. Any other hash, of an older gateway or of other people, names a configuration nobody
 * will ever tell: units are those of the registry.
 */
const toldMark = 'u1-'
export const isToldHash = (hash: string): boolean => hash.startsWith(toldMark)

/** The first 16 hexadecimal digits of SHA-256 over a value as canonical JSON [RFC 8785]. */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16)

/** The hash envelopes carry of a configuration: it stands for everything in it, so that nobody can tell another one by its name. */
export const configurationHash = ({ settings, sets, terminals }: Omit<Configuration, 'config'>): string =>
  `${toldMark}${digestOf({ settings, sets, terminals })}`

/** JSON beyond this is deflated: lists of points repeat themselves. */
const longestPlainJson = 2_048

/**
 * The message of topic kind `config/state`, newest first: JSON that ends with its `crc`, or raw deflate of it behind 0x02 and a CRC-32. Oldest
 * ones are left out where all are too many or too large; undefined when the wire does not take the newest alone.
 */
export function encodeConfigurations(configurations: readonly Configuration[]): Uint8Array | undefined {
  for (let count = Math.min(configurations.length, mostConfigurationsTold); count > 0; count--) {
    const json = JSON.stringify({ configurations: configurations.slice(0, count) })
    if (Buffer.byteLength(json) > maxInflatedBytes) continue
    const bytes = json.length > longestPlainJson ? sealDeflated(deflateRawSync(Buffer.from(json))) : sealJson(json)
    if (bytes.length <= maxWireBytes) return bytes
  }
  return undefined
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`
}
