import type { ExplainedFrame } from '../frames/frame.ts'
import { beijingIso } from '../frames/local-time.ts'
import { type ApplicationData, type Item, keyOf, readData } from './data.ts'
import { decodeFrame } from './frame.ts'
import { commandTerm, typeTerm } from './terms.ts'

const protocol = 'gb26875'

/**
 * What one frame of a fire alarm transmission device means. `unit` is the sender. `values` holds analog quantities by system,
 * address and component (`1/2/04030201/temperature`).
 */
export function explainGb26875(frame: Uint8Array): ExplainedFrame {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { data, at, version, command, ...head } = decoded.message
  const read = data.length === 0 ? undefined : readData(data)
  if (read && !read.ok) return { protocol, valid: false, ...read.fault }
  return {
    protocol,
    valid: true,
    unit: head.source,
    ...head,
    version: version.join('.'),
    command: commandTerm(command),
    ...(at === undefined ? {} : { time: beijingIso(at) }),
    ...(read ? said(read.message) : { values: {}, units: {} }),
    bytes: bytes.length,
  }
}

function said({ type, items, opaque }: ApplicationData): {
  values: Record<string, number>
  units: Record<string, string>
  [field: string]: unknown
} {
  const values: Record<string, number> = {}
  const units: Record<string, string> = {}
  for (const item of items) {
    if (item.value === undefined || !item.quantity) continue
    const key = keyOf(item, item.quantity)
    values[key] = item.value
    units[key] = item.unit ?? ''
  }
  const rest = opaque ? { data: opaque.toString('hex').toUpperCase() } : { items: items.map(printed) }
  return { type: typeTerm(type), ...rest, values, units }
}

const printed = ({ at, ...item }: Item): object => ({ ...item, ...(at === undefined ? {} : { time: beijingIso(at) }) })
