import { Parser } from 'saxen'

/** Attributes of an element; those of the relationships namespace begin with `r:`. */
export type Attributes = Readonly<Record<string, string | undefined>>

export interface Listener {
  /** `name` without prefix; elements of other namespaces than the workbook's are not told. False ends the reading. */
  open?(name: string, attributes: Attributes): boolean | undefined
  text?(text: string): void
  close?(name: string): void
}

const main = 'x'
/** Namespaces of a workbook, transitional and strict [ECMA-376 part 1, annex A; part 4]. */
const prefixes = {
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main': main,
  'http://purl.oclc.org/ooxml/spreadsheetml/main': main,
  'http://schemas.openxmlformats.org/package/2006/relationships': main,
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r',
  'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r',
} as const

/** Reads XML to its end; false when it is broken. It declares no entities of its own: a document type is not read. */
export function readXml(bytes: Uint8Array, { open, text, close }: Listener): boolean {
  const parser = new Parser().ns(prefixes)
  let whole = true
  parser.on('error', () => {
    whole = false
    parser.stop()
  })
  if (open) {
    parser.on('openTag', (name, attributes) => {
      const own = ownName(name)
      if (own !== undefined && open(own, attributes() || {}) === false) parser.stop()
    })
  }
  if (text) parser.on('text', (raw, decode) => text(decode(raw))).on('cdata', text)
  if (close) {
    parser.on('closeTag', (name) => {
      const own = ownName(name)
      if (own !== undefined) close(own)
    })
  }
  try {
    parser.parse(decoded(bytes))
  } catch {
    return false
  }
  return whole
}

const ownName = (name: string): string | undefined =>
  name.startsWith(`${main}:`) ? name.slice(main.length + 1) : undefined

function decoded(bytes: Uint8Array): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(wide).decode(bytes)
}
