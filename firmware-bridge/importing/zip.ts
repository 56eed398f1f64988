// The part of a ZIP archive that a workbook uses [APPNOTE 4.3]: stored and deflated parts, sizes from the central directory.
import { crc32, inflateRawSync } from 'node:zlib'

/** One part of an archive, not yet unpacked. */
interface Part {
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Of its local header. */
  readonly offset: number
}

/** Parts by name. */
export type Zip = ReadonlyMap<string, Part>

export type OpenedZip = { readonly ok: true; readonly parts: Zip } | { readonly ok: false; readonly why: string }
export type UnpackedPart =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string }

const endMark = 0x06054b50
const entryMark = 0x02014b50
const localMark = 0x04034b50
const endBytes = 22
const entryBytes = 46
const localBytes = 30
const mostParts = 10_000
const damaged = { ok: false, why: 'is no whole .xlsx file: its archive is damaged or cut off' } as const

/** Reads the directory of an archive. Never throws. */
export function openZip(bytes: Uint8Array): OpenedZip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === undefined) return damaged
  const count = view.getUint16(end + 10, true)
  const parts = new Map<string, Part>()
  let at = view.getUint32(end + 16, true)
  for (let place = 0; place < Math.min(count, mostParts); place++) {
    if (at + entryBytes > view.byteLength || view.getUint32(at, true) !== entryMark) return damaged
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true))
    const extraAt = at + entryBytes + (nameLength ?? 0)
    const next = extraAt + (extraLength ?? 0) + (noteLength ?? 0)
    if (next > view.byteLength) return damaged
    const name = new TextDecoder().decode(bytes.subarray(at + entryBytes, extraAt))
    parts.set(name.replace(/^\//, ''), partAt(view, at, extraAt, extraLength ?? 0))
    at = next
  }
  return { ok: true, parts }
}

/** The end record stands behind everything but a comment of up to 65535 bytes. */
function endOf(view: DataView): number | undefined {
  const lowest = Math.max(0, view.byteLength - endBytes - 65_535)
  for (let at = view.byteLength - endBytes; at >= lowest; at--) {
    if (view.getUint32(at, true) === endMark) return at
  }
  return undefined
}

function partAt(view: DataView, at: number, extraAt: number, extraLength: number): Part {
  const [size, packed, offset] = [24, 20, 42].map((field) => view.getUint32(at + field, true))
  const wide = wideFields(view, extraAt, extraLength)
  // Fields of all ones stand in the ZIP64 extra, in this order, as far as they are needed [APPNOTE 4.5.3].
  const whole = (field = 0): number => (field === 0xffff_ffff ? (wide.shift() ?? Number.POSITIVE_INFINITY) : field)
  return {
    method: view.getUint16(at + 10, true),
    encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    crc: view.getUint32(at + 16, true),
    ...{ size: whole(size), packed: whole(packed), offset: whole(offset) },
  }
}

function wideFields(view: DataView, from: number, length: number): number[] {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), from + length)
    const fields: number[] = []
    for (let field = at + 4; field + 8 <= end; field += 8) fields.push(Number(view.getBigUint64(field, true)))
    return fields
  }
  return []
}

/** Unpacks one part of at most `most` bytes; whatever its header claims, no more memory is taken. Never throws. */
export function unpack(bytes: Uint8Array, part: Part, most: number): UnpackedPart {
  if (part.encrypted) return { ok: false, why: 'is protected with a password; save it without one' }
  if (part.size > most) return tooLarge(most)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (part.offset + localBytes > view.byteLength || view.getUint32(part.offset, true) !== localMark) return damaged
  const lengths = [26, 28].map((field) => view.getUint16(part.offset + field, true))
  const from = part.offset + localBytes + (lengths[0] ?? 0) + (lengths[1] ?? 0)
  if (from + part.packed > view.byteLength) return damaged
  const packed = bytes.subarray(from, from + part.packed)
  if (part.method !== 0 && part.method !== 8)
    return { ok: false, why: `is packed by method ${part.method}, not deflate` }
  try {
    const whole = part.method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, part.size) })
    return whole.length === part.size && crc32(whole) === part.crc ? { ok: true, bytes: whole } : damaged
  } catch {
    return damaged
  }
}

const tooLarge = (most: number) =>
  ({ ok: false, why: `is too large: one sheet unpacks to more than ${most / 1e6} MB` }) as const
