import t from 'tap'
import { readCsv } from './csv.ts'
import type { Sheet } from './sheet.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const cells = (sheet: Sheet): string[][] => sheet.rows.map((row) => row.cells.map((cell) => cell?.text ?? ''))
const widest = (sheet: Sheet): number => Math.max(0, ...sheet.rows.map((row) => row.cells.length))

const read = (from: Uint8Array | string, encoding?: 'utf-8' | 'gb18030') => {
  const result = readCsv(typeof from === 'string' ? bytes(from) : from, encoding, widest)
  if (!result.ok) throw new Error(result.why)
  return result.sheet
}

t.test('comma, semicolon or tab', async (t) => {
  for (const delimiter of [',', ';', '\t']) {
    const text = `地址${delimiter}名称${delimiter}备注\r\n0${delimiter}电压${delimiter}0.1 V\r\n`
    t.same(
      cells(read(text)),
      [
        ['地址', '名称', '备注'],
        ['0', '电压', '0.1 V'],
      ],
      JSON.stringify(delimiter),
    )
  }
})

t.test('rows are those of a spreadsheet: a quoted line break makes no row, an empty line makes one', async (t) => {
  const { rows } = read('a,b\n\n"one\r\ntwo\nthree",2\n"say ""hi""",5" display\n')
  t.same(
    rows.map(({ row, line, cells: [cell] }) => [row, line, cell?.text]),
    [
      [1, 1, 'a'],
      [2, 2, ''],
      [3, 3, 'one\r\ntwo\nthree'],
      [4, 6, 'say "hi"'],
    ],
  )
  t.equal(rows[3]?.cells[1]?.text, '5" display')
})

t.test('the encoding is known by its mark, by its bytes, or as it is named', async (t) => {
  const gb = Uint8Array.from([0xb5, 0xe7, 0xd1, 0xb9, 0x2c, 0x31]) // 电压,1 in GB 2312
  const expected = [['电压', '1']]
  t.same(cells(read('电压,1')), expected)
  t.same(cells(read('\ufeff电压,1')), expected)
  t.same(cells(read(gb)), expected)
  t.same(cells(read(gb, 'gb18030')), expected)
  t.same(cells(read(new Uint8Array(Buffer.from('\ufeff电压\t1', 'utf16le')))), expected)
})

t.test('bytes of another encoding than the one named are told with their row', async (t) => {
  const mixed = Uint8Array.from([...bytes('a,b\n1,2\n'), 0xb5, 0xe7, 0x2c, 0x31])
  t.match(readCsv(mixed, 'utf-8', widest), { ok: false, why: /is not utf-8; .*--encoding/, row: 3 })
  const neither = Uint8Array.from([...bytes('a,b\n'), 0xff, 0x2c, 0x31])
  t.match(readCsv(neither, undefined, widest), { ok: false, why: /utf-8 or gb18030/, row: 2 })
})

t.test('a quotation mark that nothing closes is told where it opens', async (t) => {
  t.match(readCsv(bytes('a,b\n1,2\n3,"four\n5,6\n'), undefined, widest), {
    ok: false,
    why: /opens here/,
    row: 3,
    column: 1,
  })
})

t.test('what is no text or no list is refused', async (t) => {
  t.match(readCsv(Uint8Array.from([0x50, 0x00, 0x01]), undefined, widest), { ok: false, why: /is no text/ })
  t.match(readCsv(bytes('1,2\n'.repeat(20_001)), undefined, widest), {
    ok: false,
    why: /more than 20000 rows/,
    row: 20_001,
  })
})
