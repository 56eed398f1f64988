// A workbook [ECMA-376 part 1, 12.3 and 18]: which sheets there are, and what their cells share.
import { dateStyles } from './date-styles.ts'
import type { ReadSheet, Unreadable } from './sheet.ts'
import { type CellContext, readWorksheet } from './worksheet.ts'
import { readXml } from './xml.ts'
import { openZip, unpack } from './zip.ts'

export interface Workbook {
  readonly ok: true
  /** In the order of their tabs. */
  readonly sheets: readonly WorkbookSheet[]
}

export interface WorkbookSheet {
  readonly name: string
  readonly hidden: boolean
  /** Reads its cells. Never throws. */
  read(): ReadSheet
}

/** A register list is small; what unpacks to more is a bomb or another kind of file. */
const mostBytesOfPart = 64e6

/** An old .xls, and an .xlsx with a password: both begin with this [MS-CFB 2.2]. */
const compoundFile = [0xd0, 0xcf, 0x11, 0xe0]
const archive = [0x50, 0x4b]

const begins = (bytes: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, at) => bytes[at] === byte)

/** Whether the bytes are a spreadsheet's own file, which no text begins like. */
export const isWorkbook = (bytes: Uint8Array): boolean => begins(bytes, archive) || begins(bytes, compoundFile)

/** Unpacked parts by name; `why` is what keeps the first of them from being read. */
interface Parts {
  get(name: string): Uint8Array | undefined
  readonly why: string | undefined
}

/** Opens the bytes of an .xlsx file. Never throws. */
export function openWorkbook(bytes: Uint8Array): Workbook | Unreadable {
  if (begins(bytes, compoundFile))
    return { ok: false, why: 'is an old .xls or protected with a password: open it and save it as .xlsx without one' }
  const parts = partsOf(bytes)
  const main = linksOf(parts, '').find(({ type }) => type === 'officeDocument')?.target
  const book = main === undefined ? undefined : parts.get(main)
  if (main === undefined || !book) return { ok: false, why: parts.why ?? 'is no .xlsx file' }
  const links = linksOf(parts, main)
  const named = (type: string): Uint8Array | undefined => {
    const target = links.find((link) => link.type === type)?.target
    return target === undefined ? undefined : parts.get(target)
  }
  const { sheets, recalculated } = contentsOf(book)
  const context = { strings: textsOf(named('sharedStrings')), dates: dateStyles(named('styles')), recalculated }
  if (parts.why !== undefined) return { ok: false, why: parts.why }
  return { ok: true, sheets: sheets.map((sheet) => sheetOf(sheet, links, parts, context)) }
}

function partsOf(bytes: Uint8Array): Parts {
  const zip = openZip(bytes)
  let why = zip.ok ? undefined : zip.why
  return {
    get(name) {
      const part = zip.ok ? zip.parts.get(name) : undefined
      if (!part) return undefined
      const unpacked = unpack(bytes, part, mostBytesOfPart)
      if (unpacked.ok) return unpacked.bytes
      why ??= unpacked.why
      return undefined
    },
    get why() {
      return why
    },
  }
}

interface Link {
  readonly id: string
  /** Last word of its type: worksheet, sharedStrings, styles. */
  readonly type: string
  /** Name of the part it leads to. */
  readonly target: string
}

/** Where a part leads to: `xl/workbook.xml` has its links in `xl/_rels/workbook.xml.rels`; '' is the package. */
function linksOf(parts: Parts, name: string): Link[] {
  const folder = name.slice(0, name.lastIndexOf('/') + 1)
  const links: Link[] = []
  readXml(parts.get(`${folder}_rels/${name.slice(folder.length)}.rels`) ?? new Uint8Array(), {
    open(element, { Id: id = '', Type: type = '', Target: target = '' }) {
      if (element !== 'Relationship') return
      const path = target.startsWith('/') ? target.slice(1) : folder + target
      links.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: path.replace(/[^/]+\/\.\.\//g, '') })
    },
  })
  return links
}

interface NamedSheet {
  readonly name: string
  readonly hidden: boolean
  readonly link: string
}

function contentsOf(book: Uint8Array): { readonly sheets: readonly NamedSheet[]; readonly recalculated: boolean } {
  const sheets: NamedSheet[] = []
  let recalculated = false
  readXml(book, {
    open(element, attributes) {
      if (element === 'sheet') {
        const { name = '', state = 'visible', 'r:id': link = '' } = attributes
        sheets.push({ name, hidden: state !== 'visible', link })
      }
      if (element === 'calcPr') recalculated = attributes.fullCalcOnLoad === '1' || attributes.fullCalcOnLoad === 'true'
    },
  })
  return { sheets, recalculated }
}

/** The texts cells share; parts in several fonts are joined, the pronunciation above them is none of the text. */
function textsOf(bytes: Uint8Array | undefined): string[] {
  const texts: string[] = []
  let text = ''
  let counts = false
  let above = false
  readXml(bytes ?? new Uint8Array(), {
    open(element) {
      if (element === 'si') text = ''
      if (element === 'rPh') above = true
      counts = element === 't' && !above
    },
    text(more) {
      if (counts) text += more
    },
    close(element) {
      if (element === 'si') texts.push(text)
      if (element === 'rPh') above = false
      counts = false
    },
  })
  return texts
}

function sheetOf(
  { name, hidden, link }: NamedSheet,
  links: readonly Link[],
  parts: Parts,
  context: CellContext,
): WorkbookSheet {
  return {
    name,
    hidden,
    read() {
      const target = links.find(({ id, type }) => id === link && type === 'worksheet')?.target
      const bytes = target === undefined ? undefined : parts.get(target)
      if (!bytes) return { ok: false, why: parts.why ?? 'holds no cells' }
      const read = readWorksheet(bytes, context)
      return read.ok ? { ok: true, sheet: { ...read.sheet, name } } : read
    },
  }
}
