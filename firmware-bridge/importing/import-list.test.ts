// From a table to a profile: every error at its cell and all at once, or a profile that lints.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { checkProfile } from '../check-profile.ts'
import { isModbusPoint } from '../profile.ts'
import { readCsv } from './csv.ts'
import { likeness } from './headings.ts'
import { type ImportOptions, importList } from './import-list.ts'
import { printListProblem } from './problems.ts'
import type { Cell, Sheet } from './sheet.ts'
import { openWorkbook } from './workbook.ts'

const options: ImportOptions = {
  ...{ id: 'maker', file: 'list.csv', out: 'profiles/maker/profile.yaml', date: '2026-11-27' },
  ...{ kind: 'terminal', group: 'terminal' },
}

function imported(lines: readonly string[], more: Partial<ImportOptions> = {}) {
  const read = readCsv(new TextEncoder().encode(lines.join('\r\n')), undefined, likeness)
  if (!read.ok) throw new Error(read.why)
  return importList(read.sheet, { ...options, ...more })
}

function points(lines: readonly string[], more: Partial<ImportOptions> = {}) {
  const result = imported(lines, more)
  if (!result.ok) throw new Error(result.problems.map(printListProblem).join('\n'))
  return result.profile.points.filter(isModbusPoint)
}

const reads = (lines: readonly string[], more: Partial<ImportOptions> = {}) =>
  points(lines, more).map(({ read }) => read)

/** `cell: message` of every problem. */
function problems(lines: readonly string[], more: Partial<ImportOptions> = {}): string[] {
  const result = imported(lines, more)
  return result.ok ? [] : result.problems.map((problem) => printListProblem(problem).replace('list.csv: ', ''))
}

const warnings = (lines: readonly string[], more: Partial<ImportOptions> = {}) =>
  imported(lines, more).warnings.join('\n')

const head = 'Address,Name,Function,Type,Scale,Unit,Range'

t.test('a Chinese workbook that openpyxl wrote: merged function codes, an enumeration in a remark', async (t) => {
  const book = openWorkbook(readFileSync(join(import.meta.dirname, 'fixtures/openpyxl.xlsx')))
  const read = book.ok ? book.sheets[1]!.read() : undefined
  const result = read?.ok ? importList(read.sheet, { ...options, file: '温湿度.xlsx' }) : undefined
  t.match(result?.ok && result.profile.points, [
    {
      id: 'temperature',
      unit: 'celsius',
      resolution: 0.1,
      read: { function: 'holding', address: 0, type: 'i16', scale: 0.1 },
    },
    { id: 'humidity', unit: 'percent', read: { function: 'holding', address: 1, type: 'u16', scale: 0.1 } },
    { id: 'alarm', unit: 'onoff', range: [0, 1], read: { address: 16, type: 'u16', values: { 0: 0, 1: 1 } } },
  ])
  t.match(result?.ok && result.text, /^# Imported .*温湿度\.xlsx, sheet 寄存器表 on 2026-11-27\.\n/)
  t.match(result?.ok && result.text, /# 0 正常, 1 报警\n/)
})

t.test('a formula nobody computed is an error at its cell, named as the spreadsheet names it', async (t) => {
  const book = openWorkbook(readFileSync(join(import.meta.dirname, 'fixtures/openpyxl-formula.xlsx')))
  const read = book.ok ? book.sheets[0]!.read() : undefined
  const result = read?.ok ? importList(read.sheet, { ...options, file: 'map.xlsx' }) : undefined
  t.same(result && !result.ok && result.problems.map(printListProblem), [
    'map.xlsx: Map!A3: is a formula nobody computed: open the file in a spreadsheet program and save it there',
  ])
})

t.test('all errors at once, each with its cell, what stands there, and the nearest', async (t) => {
  const lines = [
    head,
    '40001,Voltage,3,flot,1,V,0-300',
    '40002,Current,3,uint16,10,Amps2,0-100',
    '30003,Power,3,uint32,0.1,kWW,100-0',
    '"40005","Two',
    'lines",3,uint16,1,V,',
    'xyz,未知,9,,1,V,',
  ]
  const found = problems(lines)
  t.match(found, [
    /^D2: "flot" is no type; did you mean float\?$/,
    /^E3: "10" may mean times 10 or divided by 10: write x10 or \/10$/,
    /^F3: "Amps2" is no unit of the registry; did you mean amps\?$/,
    /^A4: "30003" is a number of input, but the function code reads holding/,
    /^F4: "kWW" is no unit/,
    /^G4: "100-0" begins above its end$/,
    /^A6 \(line 7\): "xyz" is no address/,
    /^B6 \(line 7\): "未知" makes no point id: add a column "id"/,
    /^C6 \(line 7\): "9" is no function code/,
    /^D6 \(line 7\): no type/,
  ])
  t.equal(found.length, 10)
})

t.test('the same name or the same registers twice', async (t) => {
  const lines = [head, '0x0,Voltage,3,float,,V,', '0x1,Current,3,uint16,,A,', '0x9,Voltage,3,uint16,,V,']
  t.match(problems(lines), [
    /^A3: "0x1" overlaps voltage in row 2 \(holding 0, f32\)$/,
    /^B4: "Voltage" is voltage, as in row 2: tell them apart in a column "id"$/,
  ])
})

t.test('what only the lint of a whole profile finds is told at the cell it comes from', async (t) => {
  t.match(problems([head, '0xFFFF,Voltage,3,float,,V,']), [/^A2: "0xFFFF" read\.address: f32 at 65535 reaches beyond/])
  t.match(problems([head, '0,Voltage,3,uint16,,V,-20~-10'], { base: 0 }), [/^G2: "-20~-10" range: u16 is never in it/])
})

t.test('decimal addresses without --base count from 0, with a warning; with it they count from there', async (t) => {
  const lines = [head, '1,Voltage,3,uint16,,V,', '2,Current,3,uint16,,A,']
  t.match(warnings(lines), /decimal, counted from 0 \(A2 is 1\); --base 1/)
  t.same(
    reads(lines).map(({ address }) => address),
    [1, 2],
  )
  t.same(
    reads(lines, { base: 1 }).map(({ address }) => address),
    [0, 1],
  )
  t.notMatch(warnings(lines, { base: 1 }), /decimal/)
  t.match(problems([head, '0,Voltage,3,uint16,,V,'], { base: 1 }), [/^A2: "0" is below the first register/])
})

const placed = (lines: readonly string[], more: Partial<ImportOptions> = {}) =>
  reads(lines, more).map(({ function: table, address }) => `${table} ${address}`)

t.test("Modicon's numbers where the function codes agree with them, --base or not", async (t) => {
  const registers = ['40001,A,3,uint16', '40011,B,03/06,uint16', '30001,C,4,uint16', '400021,D,3,uint16']
  const bits = ['10001,E,2,bit', '00001,F,1,', '7,G,1,bool']
  const expected = ['holding 0', 'holding 10', 'input 0', 'holding 20', 'discrete 0', 'coil 0', 'coil 6']
  for (const base of [0, 1] as const) t.same(placed([head, ...registers, ...bits], { base }), expected)
  t.same(placed([head, ...registers, ...bits]), expected)
  t.same(
    placed(['Address,Name,Type', '40001,A,uint16', '30002,B,uint16']),
    ['holding 0', 'input 1'],
    'no function codes',
  )
})

t.test(
  "numbers that could be Modicon's are plain where no function code agrees, and asked about where some do",
  async (t) => {
    t.same(placed([head, '30070,A,3,uint16', '30071,B,3,uint16']), ['holding 30070', 'holding 30071'])
    const mixed = [head, '32064,A,3,uint16', '40001,B,3,uint16']
    t.match(problems(mixed), [/^A2: "32064" is a number of input, .* write 0x7D40, or give --base/])
    t.same(placed(mixed, { base: 0 }), ['holding 32064', 'holding 40001'])
    t.match(problems([head, '100,A,3,uint16', '40001,B,3,uint16']), [/^A2: "100" is no Modicon number as A3 is one/])
  },
)

t.test('two columns of addresses must agree, and tell what the list counts from', async (t) => {
  const two = 'PLC address,Address (hex),Name,Function,Type'
  t.same(placed([two, '40001,0000,A,3,uint16', '40018,0011,B,3,uint16']), ['holding 0', 'holding 17'])
  t.same(placed([two, '1,0,A,3,uint16', '17,10,B,3,uint16']), ['holding 0', 'holding 16'], 'the decimals count from 1')
  t.match(problems([two, '40001,0000,A,3,uint16', '40018,0012,B,3,uint16']), [
    /^B3: "0012" is address 18, but A3 is holding 17$/,
  ])
})

t.test('the function code may be that of a title, or come from the command line', async (t) => {
  const bare = 'Address,Name,Type'
  const titled = ['Input registers', bare, '0x0,A,uint16', 'Holding registers (read and write),,', bare, '0x0,B,uint16']
  t.same(placed(titled), ['input 0', 'holding 0'])
  t.match(problems([bare, '0x0,A,uint16', '0x1,B,uint16']), [/^A1: no column says the function code: .*--function/])
  t.same(placed([bare, '0x0,A,uint16'], { table: 'input' }), ['input 0'])
})

t.test('scale, decimals, a step in the unit and a resolution must say the same', async (t) => {
  const making = (columns: string, cells: string) =>
    points([`Address,Name,Function,Type,${columns}`, `0x0,Voltage,3,${cells}`]).map(
      ({ unit, resolution, range, read }) => ({ unit, resolution, range, scale: read.scale }),
    )
  const tenths = [{ unit: 'V', resolution: 0.1, range: [0, 6553.5], scale: 0.1 }]
  t.same(making('Scale,Unit', 'uint16,0.1,V'), tenths)
  t.same(making('Decimals,Unit', 'uint16,1,V'), tenths)
  t.same(making('Unit', 'uint16,0.1V'), tenths)
  t.same(making('Resolution,Unit', 'uint16,0.1 V,V'), tenths)
  t.same(
    making('Scale,Range,Unit', 'uint16,0.01,0-10000,V'),
    [{ unit: 'V', resolution: 0.01, range: [0, 100], scale: 0.01 }],
    'counts',
  )
  t.same(
    making('Range,Unit', 'float,0-1,kV'),
    [{ unit: 'V', resolution: 1, range: [0, 1000], scale: 1000 }],
    'kilovolts',
  )
  t.same(making('Decimals,Unit', 'float,1,V')[0]?.resolution, 0.1)
  const wrong = (columns: string, cells: string) =>
    problems([`Address,Name,Function,Type,${columns}`, `0x0,Voltage,3,${cells}`])
  t.match(wrong('Scale,Decimals', 'uint16,0.01,1'), [/^F2: "1" do not go with the scale 0\.01$/])
  t.match(wrong('Scale,Unit', 'uint16,0.01,0.1V'), [/^F2: "0\.1V" says 0\.1, but the scale is 0\.01$/])
  t.match(wrong('Unit', 'float,0.1V'), [/a float has none/])
})

t.test('a row of reserved registers, one that can only be written, and a note are left out and said', async (t) => {
  const lines = [
    head,
    '0x0,Voltage,3,uint16,,V,',
    '0x1,Reserved,3,uint16,,,',
    '0x2,Reset,6,uint16,,,',
    'Note: all values big-endian',
  ]
  t.same(
    points(lines).map(({ id }) => id),
    ['voltage'],
  )
  const said = warnings(lines)
  t.match(said, /row 3 is left out: reserved/)
  t.match(said, /row 4 is left out: it can be written, not read/)
  t.match(said, /row 5 has no address and is left out: Note: all values/)
})

t.test('a register of access W is left out', async (t) => {
  const lines = ['Address,Name,Function,Type,Access', '0x0,A,3,uint16,R', '0x1,B,3,uint16,W']
  t.same(placed(lines), ['holding 0'])
  t.match(warnings(lines), /row 3 is left out: it can be written, not read/)
})

t.test('what may be written is proposed, not allowed', async (t) => {
  const result = imported(['Address,Name,Function,Type,Access,Range', '0x0,Dimming,3,uint16,R/W,0-100'])
  t.match(result, {
    ok: true,
    text: /\n {4}# the list lets it be written; .*write: \{ function: holding, range: \[0, 100\] \}/,
  })
  t.equal(result.ok && result.profile.points.filter(isModbusPoint)[0]?.write, undefined)
})

t.test('bits of a register, and registers of one value on rows of their own', async (t) => {
  const bits = [
    'Address,Bit,Name,Function,Type',
    '0x10,0,Fault,3,bit',
    '0x10,1,Door,3,bit',
    '0x11,,Total,3,uint32',
    '0x12,,,,',
  ]
  t.same(reads(bits), [
    { function: 'holding', address: 16, type: 'bit', bit: 0 },
    { function: 'holding', address: 16, type: 'bit', bit: 1 },
    { function: 'holding', address: 17, type: 'u32' },
  ])
  t.match(problems(['Address,Name,Function,Type', '0x10,Fault,3,bit']), [/^D2: "bit" says a bit, but not which/])
})

t.test(
  'a length counts registers or bytes, as the types beside it tell; where nothing tells it is asked',
  async (t) => {
    const sized = (rows: readonly string[]) => ['Address,Name,Function,Length,Type', ...rows]
    const types = (rows: readonly string[]) => reads(sized(rows)).map(({ type }) => type)
    t.same(types(['0x0,A,3,4,Float', '0x2,B,3,2,int', '0x3,C,3,4,unsigned']), ['f32', 'i16', 'u32'], 'bytes')
    t.same(types(['0x0,A,3,2,Float', '0x2,B,3,2,int', '0x4,C,3,1,int']), ['f32', 'i32', 'i16'], 'registers')
    t.match(problems(sized(['0x0,A,3,2,int'])), [/^D2: "2" may count registers or bytes/])
    t.match(problems(sized(['0x0,A,3,2,uint16', '0x2,B,3,2,uint32'])), [
      /^E2: "uint16" takes 1 register, but the list says 2/,
    ])
    t.same(reads(['Address,Name,Function,Length (bytes),Type', '0x0,A,3,2,int'])[0]?.type, 'i16')
    t.same(reads(['Address,Name,Function,Registers,Type', '0x0,A,3,2,int'])[0]?.type, 'i32')
  },
)

t.test(
  'the table of a maker: Modicon numbers, wire addresses with bytes apart, sizes in bytes, words for units',
  async (t) => {
    const lines = [
      'Register,Address (Hex),Parameter,Length,Units,Data Type,Scaling Factor,Access',
      '30001,00 00,Voltage,4,Volts,Float,1.0,RO',
      '30073,00 48,Import active energy,4,kWh,Float,1.0,RO',
    ]
    t.match(points(lines), [
      { id: 'voltage', unit: 'V', read: { function: 'input', address: 0, type: 'f32' } },
      { id: 'energy_import', unit: 'kWh', read: { function: 'input', address: 72, type: 'f32' } },
    ])
  },
)

t.test('a remark that holds the scale counts where no column says one, and is told', async (t) => {
  const lines = [
    '地址,名称,功能码,数据类型,单位,说明',
    '0x2,温度,3,UInt16,℃,实际温度 = 原始值 / 10',
    '0x4,气压,3,float,kPa,保留一位小数',
  ]
  t.match(points(lines), [{ read: { scale: 0.1 }, resolution: 0.1 }, { read: { scale: undefined } }])
  t.match(warnings(lines), /row 2: scale 0\.1 taken from its remark/)
  t.match(warnings(lines), /row 3: its remark may say a scale, which is not taken/)
})

t.test('meanings of some numbers do not narrow a range the list gives', async (t) => {
  const head = '地址,名称,功能码,数据类型,数值范围,说明'
  const [mode] = points([head, '0x2,状态,3,uint16,0-9,0=off;1=on'])
  t.match(mode, { range: [0, 9], read: { values: undefined } })
  t.match(points([head, '0x2,状态,3,uint16,0-1,0=off;1=on']), [{ range: [0, 1], read: { values: { 0: 0, 1: 1 } } }])
})

t.test('what is no list is refused at its first cell', async (t) => {
  t.match(problems(['a,b,c', '1,2,3']), [/^A1: no row of the first 30 names columns/])
  t.match(problems([head]), [/^A1: no rows follow the headings/])
})

t.test('nothing a cell holds can break out of the profile', async (t) => {
  const nasty = "a: b # c\", {x}\u2028\u0007 'y' yes"
  const result = imported([
    'Address,id,Name,Function,Type,Remark',
    `0x0,p,"${nasty.replaceAll('"', '""')}",3,uint16,"0=x } # y;1=""z"""`,
  ])
  t.match(result, { ok: true, profile: { points: [{ id: 'p', name: { en: `a: b # c", {x} 'y' yes` } }] } })
})

const words = fc.constantFrom(
  ...[
    '',
    '0x0010',
    '40001',
    '30001',
    '7',
    '1',
    '-',
    '电压',
    'Voltage',
    'A相电流',
    'float',
    'uint16',
    'int32',
    '03',
    '04',
    '06',
    'R/W',
    'V',
    'kW',
    '℃',
    '0.1',
  ],
  ...[
    '10',
    'CDAB',
    '0-100',
    '0=off;1=on',
    '2',
    'Address',
    '地址',
    '名称',
    '数据类型',
    '功能码',
    '倍率',
    '单位',
    '量程',
    'Note',
    'bit',
    '40001.3',
    '1e999',
    '__proto__',
    'constructor',
  ],
)
const cell: fc.Arbitrary<Cell | undefined> = fc.oneof(
  { weight: 8, arbitrary: words.map((text) => ({ text })) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => ({ text })) },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: words.map((text) => ({ text, fault: 'is a formula' })) },
  { weight: 1, arbitrary: words.map((text) => ({ text, merged: true as const, numeric: true as const })) },
)
const headings = [
  '地址',
  'Name',
  '功能码',
  '数据类型',
  '倍率',
  '单位',
  '量程',
  '读写',
  '备注',
  'Bit',
  '长度',
  '字节序',
  '小数位',
  'id',
]
const table: fc.Arbitrary<Sheet> = fc
  .tuple(fc.shuffledSubarray(headings, { minLength: 3 }), fc.array(fc.array(cell, { maxLength: 14 }), { maxLength: 8 }))
  .map(([first, rest]) => ({
    rows: [first.map((text) => ({ text })), ...rest].map((cells, place) => ({ row: place + 1, cells })),
  }))

/** Lists that are nearly right: each column holds what it may, and now and then what it may not. */
const nearly: fc.Arbitrary<Sheet> = (() => {
  const pools: Readonly<Record<string, readonly string[]>> = {
    地址: ['0x0000', '0x0010', '0x0020', '0x0030', '40011', '7', '0x40~0x41'],
    Name: ['Voltage', 'Current', '温度', 'A相电压', 'Door', 'x: #y'],
    功能码: ['3', '04', '03/06', 'holding', '1'],
    数据类型: ['int16', 'uint16', 'float CDAB', 'uint32', 'double', 'BCD', 'bit', 'int64', 'uint8'],
    倍率: ['', '', '0.1', 'x10', '1', 'raw*0.5-40'],
    单位: ['', 'V', 'kW', '℃', '0.1A', '-'],
    量程: ['', '0-100', '-40~80', '0-65535', '0:off 1:on'],
    读写: ['R', 'R/W', ''],
    备注: ['', '0=off;1=on', 'see 4.2'],
    小数位: ['', '', '1', '0'],
  }
  const value = (pool: readonly string[]) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...pool).map((text) => ({ text })) },
      { weight: 1, arbitrary: cell },
    )
  const rowOf = (columns: readonly string[]) => fc.tuple(...columns.map((column) => value(pools[column] ?? [''])))
  return fc.subarray(['倍率', '单位', '量程', '读写', '备注', '小数位']).chain((more) => {
    const columns = ['地址', 'Name', '功能码', '数据类型', ...more]
    return fc.array(rowOf(columns), { minLength: 1, maxLength: 4 }).map((rows) => ({
      rows: [columns.map((text) => ({ text })), ...rows].map((cells, place) => ({ row: place + 1, cells })),
    }))
  })
})()

t.test('whatever a table holds: a profile that lints, or problems with their places; never an exception', async (t) => {
  let good = 0
  fc.assert(
    fc.property(fc.oneof(table, nearly), fc.constantFrom(undefined, 0 as const, 1 as const), (sheet, base) => {
      const result = importList(sheet, { ...options, ...(base !== undefined && { base }), table: 'holding' })
      if (!result.ok)
        return (
          result.problems.length > 0 &&
          result.problems.every(({ cell: place, message }) => place !== undefined && message !== '')
        )
      good++
      const checked = checkProfile(result.text, options.out)
      return checked.ok && checked.value.points.length === result.profile.points.length
    }),
    { numRuns: 3000 },
  )
  t.ok(good > 150, `${good} of 3000 were profiles`)
})

t.test('whatever bytes a file holds, reading and importing it never throws', async (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .string({ unit: fc.constantFrom(...'地址名称,;\t\n"\r0x1Voltage'), maxLength: 200 })
      .map((text) => new TextEncoder().encode(text)),
  )
  fc.assert(
    fc.property(bytes, (file) => {
      const read = readCsv(file, undefined, likeness)
      if (read.ok) importList(read.sheet, options)
    }),
    { numRuns: 3000 },
  )
  t.pass()
})
