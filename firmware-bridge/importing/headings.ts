// What the columns of a register list are called, in Chinese and in English.
import { type Sheet, type SheetRow, textOf } from './sheet.ts'

/** What a column says of a point. `scale` may mean either way where it is above 1; `divisor` divides. */
export type Field =
  | 'address'
  | 'name'
  | 'id'
  | 'function'
  | 'type'
  | 'length'
  | 'bytes'
  | 'order'
  | 'bit'
  | 'scale'
  | 'multiplier'
  | 'divisor'
  | 'offset'
  | 'decimals'
  | 'step'
  | 'unit'
  | 'range'
  | 'access'
  | 'class'
  | 'remark'
  | 'number'

/** Headings as they are written, without blanks and in small letters. */
const synonyms: Readonly<Record<Field, readonly string[]>> = {
  address: [
    ...[
      '地址',
      '寄存器地址',
      '起始地址',
      '寄存器起始地址',
      '首地址',
      '数据地址',
      '通信地址',
      '通讯地址',
      '点位地址',
      '线圈地址',
    ],
    ...[
      'modbus地址',
      'plc地址',
      '组态地址',
      '寄存器编号',
      '寄存器号',
      '偏移地址',
      '地址偏移',
      '协议地址',
      'plc或组态地址',
      '索引地址',
    ],
    ...[
      'address',
      'addr',
      'addr.',
      'registeraddress',
      'regaddress',
      'regaddr',
      'startaddress',
      'startingaddress',
      'startaddr',
    ],
    ...[
      'modbusaddress',
      'modbusregister',
      'dataaddress',
      'plcaddress',
      'registernumber',
      'registerno',
      'registerno.',
      'reg.no.',
    ],
    ...['wireaddress', 'protocoladdress', 'hexaddress', 'decimaladdress', 'addresshex', 'addressdec', 'startregister'],
    ...[
      'modbusregisteraddress',
      'modbusprotocolstartaddress',
      'inputregister',
      'holdingregister',
      'addressoffset',
      'registeroffset',
    ],
  ],
  name: [
    ...[
      '名称',
      '参数',
      '参数名',
      '参数名称',
      '寄存器名称',
      '数据名称',
      '变量',
      '变量名',
      '变量名称',
      '点名',
      '点位',
      '点位名称',
      '测点',
      '测点名称',
    ],
    ...[
      '数据项',
      '数据项名称',
      '信号名称',
      '信号',
      '项目',
      '物理量',
      '中文名',
      '中文名称',
      '英文名',
      '英文名称',
      '要素',
      '要素名称',
      '测量参数',
    ],
    ...[
      'name',
      'parameter',
      'parametername',
      'registername',
      'variable',
      'variablename',
      'signal',
      'signalname',
      'point',
      'pointname',
    ],
    ...[
      'tag',
      'tagname',
      'dataitem',
      'item',
      'quantity',
      'measurement',
      'dataname',
      'chinesename',
      'englishname',
      'label',
      'measurand',
    ],
  ],
  id: ['id', '标识', '标识符', 'pointid', '测点id', '点id', 'identifier', 'key'],
  function: [
    ...[
      '功能码',
      '功能代码',
      '功能',
      '读功能码',
      '读取功能码',
      '寄存器类型',
      '存储区',
      '寄存器区',
      '区域',
      'modbus功能码',
      '支持功能码',
    ],
    ...[
      'function',
      'functioncode',
      'func',
      'fc',
      'functioncodes',
      'fun',
      'readfunction',
      'readfunctioncode',
      'registertype',
      'regtype',
    ],
    ...[
      'table',
      'modbustable',
      'modbusfunction',
      'modbusfunctioncode',
      'func.code',
      'func.',
      'area',
      'functioncode(s)',
    ],
  ],
  type: [
    ...['数据类型', '类型', '数据格式', '格式', '变量类型', '数值类型', '值类型', '参数类型'],
    ...[
      'type',
      'datatype',
      'dataformat',
      'format',
      'variabletype',
      'valuetype',
      'encoding',
      'representation',
      'numericformat',
    ],
  ],
  length: [
    ...[
      '长度',
      '数据长度',
      '寄存器数',
      '寄存器数量',
      '寄存器个数',
      '数量',
      '个数',
      '字数',
      '寄存器长度',
      '字长',
      '占用寄存器数',
    ],
    ...[
      'length',
      'len',
      'size',
      'count',
      'registers',
      'words',
      'numberofregisters',
      'no.ofregisters',
      'registercount',
      'quantityofregisters',
    ],
    ...['datalength', 'wordcount', 'registerlength', 'noofregisters', '#registers', 'numregisters', 'regcount'],
  ],
  bytes: ['字节', '字节数', '字节长度', '字节数量', 'bytes', 'numberofbytes', 'bytecount', 'lengthbytes'],
  order: [
    ...['字节序', '字节顺序', '字序', '大小端', '高低位顺序', '数据顺序', '存储顺序', '字节次序', '编码顺序'],
    ...[
      'byteorder',
      'wordorder',
      'endian',
      'endianness',
      'order',
      'byte/wordorder',
      'registerorder',
      'byteandwordorder',
    ],
  ],
  bit: [
    '位',
    '比特',
    '位号',
    '位地址',
    'bit',
    'bitno',
    'bitno.',
    'bitnumber',
    'bitoffset',
    'bitposition',
    'bitaddress',
  ],
  scale: [
    ...[
      '倍率',
      '系数',
      '比例',
      '比例系数',
      '缩放',
      '缩放比例',
      '换算系数',
      '缩放系数',
      '缩放因子',
      '比例因子',
      '转换系数',
      '放大系数',
      '单位系数',
    ],
    ...[
      'scale',
      'scaling',
      'scalefactor',
      'scalingfactor',
      'factor',
      'ratio',
      'gain',
      'coefficient',
      'conversion',
      'conversionfactor',
      'coeff',
    ],
  ],
  multiplier: ['乘数', '乘以', '乘系数', 'multiplier', 'multiplyby', 'multiply'],
  divisor: ['除数', '除以', '放大倍数', '扩大倍数', '放大倍率', 'divisor', 'divideby', 'divider'],
  offset: [
    '偏置',
    '零点偏移',
    '数据偏移',
    '数值偏移',
    '偏移值',
    '偏移量',
    '偏移',
    'offset',
    'valueoffset',
    'bias',
    'zerooffset',
  ],
  decimals: [
    ...['小数位', '小数位数', '小数点', '小数点位数', '小数', '小数点位置'],
    ...[
      'decimals',
      'decimal',
      'decimalplaces',
      'decimalplace',
      'decimalpoint',
      'decimaldigits',
      'dp',
      'digitsafterpoint',
      'numberofdecimals',
    ],
  ],
  step: ['分辨率', '分辨力', '最小单位', '最小刻度', '精度', 'resolution', 'step', 'lsb', 'precision', 'increment'],
  unit: [
    '单位',
    '数据单位',
    '计量单位',
    '工程单位',
    '量纲',
    'unit',
    'units',
    'uom',
    'engineeringunit',
    'engineeringunits',
    'engunit',
    'dataunit',
  ],
  range: [
    ...['量程', '范围', '取值范围', '数据范围', '测量范围', '数值范围', '有效范围', '值域', '上下限', '取值'],
    ...[
      'range',
      'valuerange',
      'datarange',
      'validrange',
      'measuringrange',
      'measurementrange',
      'min/max',
      'limits',
      'min-max',
      'allowedvalues',
    ],
  ],
  access: [
    ...[
      '读写',
      '读/写',
      '属性',
      '权限',
      '访问',
      '访问权限',
      '读写属性',
      '读写权限',
      '操作',
      '访问方式',
      '读写方式',
      'r/w',
    ],
    ...[
      'access',
      'rw',
      'readwrite',
      'read/write',
      'accessrights',
      'permission',
      'mode',
      'attribute',
      'accesstype',
      'ro/rw',
      'access(r/w)',
    ],
  ],
  class: ['class', 'pollclass', 'polling', '采集等级', '轮询等级'],
  remark: [
    ...[
      '备注',
      '说明',
      '描述',
      '注释',
      '含义',
      '定义',
      '内容',
      '数据说明',
      '备注说明',
      '参数说明',
      '枚举',
      '状态说明',
      '数据含义',
      '枚举值',
      '注',
    ],
    ...[
      'remark',
      'remarks',
      'note',
      'notes',
      'description',
      'comment',
      'comments',
      'meaning',
      'definition',
      'explanation',
      'enum',
      'values',
      'enumeration',
      'details',
      'content',
    ],
  ],
  number: ['序号', '编号', '行号', 'no', 'no.', '#', 'index', 'sn', 's/n', 'itemno', 'itemno.'],
}

const fieldOf: ReadonlyMap<string, Field> = new Map(
  Object.entries(synonyms).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
)

/** One column of a list. */
export interface Column {
  readonly field: Field
  /** From 0. */
  readonly place: number
  /** As it stands there, without line breaks. */
  readonly heading: string
  /** What the heading says in brackets or beside its word, in small letters: hex, dec, byte. */
  readonly hint: string
}

/** The columns of a list, and the row that names them. */
export interface Heading {
  readonly row: number
  readonly columns: readonly Column[]
  /** Columns nobody knows, and those that say again what another says. */
  readonly unused: readonly Unused[]
}

type Unused = Pick<Column, 'heading' | 'place'>

/** A list begins within so many rows. */
const firstRows = 30

/** The row of a sheet that names its columns; undefined when none of the first rows does. */
export function findHeading({ rows }: Sheet): Heading | undefined {
  const found = rows.filter(({ row }) => row <= firstRows).map(headingOf)
  return found.reduce(
    (best, one) => (one && (!best || one.columns.length > best.columns.length) ? one : best),
    undefined,
  )
}

/** Columns named by a row, when it names those of a register list: an address, and a point's name, id or type. */
export function headingOf({ row, cells }: SheetRow): Heading | undefined {
  const columns: Column[] = []
  const unused: Unused[] = []
  for (let place = 0; place < cells.length; place++) {
    const heading = textOf(cells[place]).replace(/\s+/g, ' ')
    if (heading === '' || cells[place]?.merged) continue
    const column = columnOf(heading, place)
    if (column) columns.push(column)
    else unused.push({ heading, place })
  }
  const settled = settle(columns)
  const has = (field: Field): boolean => settled.some((column) => column.field === field)
  if (!has('address') || !(has('name') || has('id') || has('type'))) return undefined
  const dropped = columns.filter(({ place }) => !settled.some((column) => column.place === place))
  return { row, columns: settled, unused: [...unused, ...dropped].sort((a, b) => a.place - b.place) }
}

const brackets = /[([【〔{（［].*?[)\]】〕}）］]/g

function columnOf(heading: string, place: number): Column | undefined {
  const written = heading.normalize('NFKC').toLowerCase()
  const hint = (written.match(brackets) ?? []).join(' ')
  const outside = written.replace(brackets, ' ')
  const tried: readonly (readonly [word: string, hint: string])[] = [
    [written, hint],
    [outside, hint],
    [outside.replace(notation, ''), written],
    // Both languages in one heading, or two words for one thing.
    ...[/[^\p{Script=Han}]+/gu, /[\p{Script=Han}]+/gu].map((other) => [outside.replace(other, ''), hint] as const),
    ...outside.split('/').map((part) => [part, hint] as const),
  ]
  for (const [word, said] of tried) {
    const field = fieldOf.get(bare(word))
    if (field)
      return { field: field === 'length' && /byte|字节/.test(said) ? 'bytes' : field, place, heading, hint: said }
  }
  return undefined
}

/** How numbers are written: what remains is what they are. */
const notation = /hexadecimal|hex|decimal|dec|十六进制|16进制|十进制|10进制|\bin\b|的/g
const bare = (text: string): string => text.replace(/[\s:*_-]+/g, '')

/** Fields several columns may say; of the others the first counts. */
const several: readonly Field[] = ['address', 'name', 'remark', 'number']

/** Words that mean one thing beside some columns and another beside others. */
function settle(columns: readonly Column[]): Column[] {
  const has = (field: Field): boolean => columns.some((column) => column.field === field)
  const settled = columns.map((column): Column => {
    // An offset is where a register stands when nothing else says so; a description is the name when there is no other.
    if (column.field === 'offset' && !has('address')) return { ...column, field: 'address' }
    if (column.field === 'remark' && !has('name') && !has('id')) return { ...column, field: 'name' }
    return column
  })
  return settled.filter(
    ({ field }, place) => several.includes(field) || settled.findIndex((column) => column.field === field) === place,
  )
}

/** How much of a sheet is a register list: to tell delimiters apart. */
export const likeness = (sheet: Sheet): number => findHeading(sheet)?.columns.length ?? 0
