// Workbooks that other programs wrote, and broken ones.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { type Sheet, textOf } from './sheet.ts'
import { openWorkbook } from './workbook.ts'
import { readWorksheet } from './worksheet.ts'

const fixture = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.xlsx`))

function sheetOf(bytes: Uint8Array, place = 0): Sheet {
  const book = openWorkbook(bytes)
  const read = book.ok ? book.sheets[place]!.read() : book
  if (!read.ok) throw new Error(read.why)
  return read.sheet
}

const column = (sheet: Sheet, place: number) => new Map(sheet.rows.map(({ row, cells }) => [row, cells[place]]))

t.test('openpyxl: sheets with their names, a hidden one, a merged cell that says the same for every row', async (t) => {
  const book = openWorkbook(fixture('openpyxl'))
  t.match(book, {
    ok: true,
    sheets: [{ name: '封面', hidden: false }, { name: '寄存器表' }, { name: '旧版', hidden: true }],
  })
  const sheet = sheetOf(fixture('openpyxl'), 1)
  t.same(sheet.rows[1]?.cells.map(textOf), ['0x0000', '温度', '3', 'int16', '0.1', '℃'])
  t.same(
    [...column(sheet, 2).values()].slice(1).map((cell) => [cell?.text, cell?.merged]),
    [
      ['3', undefined],
      ['3', true],
      ['3', true],
    ],
  )
})

t.test('XlsxWriter: text in several fonts, numbers, truth values, computed formulas', async (t) => {
  const cells = column(sheetOf(fixture('xlsxwriter')), 0)
  const texts = [1, 2, 3, 4, 5, 6, 8, 10, 12].map((row) => cells.get(row)?.text)
  t.same(texts, ['Address (hex)', 'plain', '0.1', '0.00001', 'TRUE', '2', 'ab', '7', 'line\nbreak & <sign>'])
  t.equal(column(sheetOf(fixture('xlsxwriter-inline')), 0).get(3)?.text, '40001')
})

t.test('a formula nobody computed, an error and a date have no text to trust', async (t) => {
  const cells = column(sheetOf(fixture('xlsxwriter')), 0)
  t.match(cells.get(7), { text: '', fault: /nobody computed/ })
  t.match(cells.get(9), { text: '2026-01-10', fault: /is a date/ })
  t.match(cells.get(11), { text: '#DIV/0!', fault: /is an error/ })
  t.match(column(sheetOf(fixture('openpyxl-formula')), 0).get(3), { text: '', fault: /nobody computed/ })
})

t.test('a cell merged over columns says so in its first column alone', async (t) => {
  const sheet = sheetOf(fixture('xlsxwriter'))
  t.same(
    [2, 3, 4].map((row) => column(sheet, 1).get(row)?.text),
    ['merged', 'merged', 'merged'],
  )
  t.same(
    [2, 3, 4].map((row) => column(sheet, 2).get(row)),
    [undefined, undefined, undefined],
  )
})

t.test('an old .xls or a locked workbook is refused with what to do', async (t) => {
  const old = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])
  t.match(openWorkbook(old), { ok: false, why: /save it as \.xlsx/ })
})

/** An archive of one part that claims `claimed` bytes. */
function archiveOf(name: string, content: Uint8Array, claimed = content.length): Uint8Array {
  const packed = deflateRawSync(content)
  const head = Buffer.alloc(26)
  head.writeUInt16LE(20, 0)
  head.writeUInt16LE(8, 4)
  head.writeUInt32LE(crc32(content), 10)
  head.writeUInt32LE(packed.length, 14)
  head.writeUInt32LE(claimed, 18)
  head.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed])
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]),
    head,
    Buffer.alloc(14),
    Buffer.from(name),
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, entry, end])
}

t.test('a bomb is not unpacked, whatever size it claims', async (t) => {
  const zeros = Buffer.alloc(70_000_000, 0x20)
  t.match(openWorkbook(archiveOf('_rels/.rels', zeros)), { ok: false, why: /too large/ })
  t.match(openWorkbook(archiveOf('_rels/.rels', zeros, 1000)), { ok: false, why: /damaged/ })
  t.match(openWorkbook(archiveOf('hello.txt', Buffer.from('hello'))), { ok: false, why: 'is no .xlsx file' })
})

t.test('a damaged workbook never throws: it reads, or says why not', async (t) => {
  const whole = fixture('xlsxwriter')
  const readAll = (bytes: Uint8Array): void => {
    const book = openWorkbook(bytes)
    if (book.ok) for (const sheet of book.sheets) sheet.read()
  }
  const cut = Array.from({ length: whole.length }, (_, length) => openWorkbook(whole.subarray(0, length)))
  t.ok(cut.every((book) => !book.ok && book.why.includes('damaged')))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const bytes = Uint8Array.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        readAll(bytes)
      },
    ),
    { numRuns: 3000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll))
})

t.test('broken XML of a sheet never throws', async (t) => {
  const pieces = [
    '<worksheet',
    ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    '>',
    '<row r="2">',
    '<c r="B2"',
    ' t="s">',
  ]
  const more = [
    '<v>',
    '7',
    '</v>',
    '</c>',
    '</row>',
    '<mergeCell ref="B2:D9"/>',
    '<is><t>',
    '&#0;&x;',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a',
    '"',
    '<f/>',
    '/>',
  ]
  const context = { strings: ['a'], dates: new Set([1]), recalculated: true }
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 }), (parts) => {
      const read = readWorksheet(new TextEncoder().encode(parts.join('')), context)
      return read.ok || read.why !== ''
    }),
    { numRuns: 3000 },
  )
  t.pass()
})
