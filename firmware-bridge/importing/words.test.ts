// What lists write in their cells, and what it means; the refusals say what to write instead.
import t from 'tap'
import { addressesOf } from './addresses.ts'
import { accessOf, functionOf } from './functions.ts'
import { labelsOf, rangeOf, scaleHint, scaleOf, stepOf } from './numbers.ts'
import { pointOf } from './point-names.ts'
import { orderOf, registersOf, registerType, typeOf, wireOrder } from './type-words.ts'
import { unitOf } from './unit-names.ts'
import type { Parsed } from './words.ts'

/** The value, or the reason. */
const said = <T>(parsed: Parsed<T>): T | string => (parsed.ok ? parsed.value : parsed.why)

t.test('function codes, tables in words, read and write codes side by side', async (t) => {
  const tables = {
    holding: [
      '03',
      '3',
      '0x03',
      '03H',
      'FC03',
      '03/06',
      '读:03 写:10H',
      'Holding register',
      '保持寄存器',
      '4x',
      '03 (Read Holding Registers)',
    ],
    input: ['04', '4', 'Input Register', '输入寄存器', '3x', '04/03'],
    coil: ['01', '1,5', '线圈', 'Coil', '0x'],
    discrete: ['02', 'Discrete input', '离散输入', '1x'],
  }
  for (const [table, texts] of Object.entries(tables))
    for (const text of texts) t.match(said(functionOf(text)), { table, writeOnly: false }, text)
  t.match(said(functionOf('06')), { table: 'holding', writeOnly: true })
  t.match(said(functionOf('03/10')), { writable: true }, 'a code 10 is 16')
  t.match(said(functionOf('99')), /is no function code/)
  t.match(said(functionOf('03 input')), /says input and function code 3/)
})

t.test('access', async (t) => {
  for (const text of ['R', 'RO', '只读', 'Read only', '可读'])
    t.same(said(accessOf(text)), { read: true, write: false }, text)
  for (const text of ['RW', 'R/W', '读写', '可读可写', 'Read/Write'])
    t.same(said(accessOf(text)), { read: true, write: true }, text)
  for (const text of ['W', '只写', 'WO']) t.same(said(accessOf(text)), { read: false, write: true }, text)
  t.match(said(accessOf('maybe')), /write R, R\/W or W/)
})

t.test('addresses: hexadecimal, Modicon, spans, bits, two in one cell', async (t) => {
  const holding = (at: number) => ({ table: 'holding', at })
  t.same(said(addressesOf('0x0010', 'any')), [{ kind: 'wire', at: 16 }])
  t.same(said(addressesOf('10H', 'any')), [{ kind: 'wire', at: 16 }])
  t.same(said(addressesOf('0010', 'hex')), [{ kind: 'wire', at: 16 }])
  t.same(said(addressesOf('00 1A', 'hex')), [{ kind: 'wire', at: 26 }], 'bytes apart')
  t.same(said(addressesOf('０ｘ００１Ａ', 'any')), [{ kind: 'wire', at: 26 }], 'full-width')
  t.same(said(addressesOf('16', 'any')), [{ kind: 'number', number: 16 }])
  t.same(said(addressesOf('40001', 'any')), [{ kind: 'number', number: 40_001, maybe: holding(0) }])
  t.same(said(addressesOf('465536', 'any')), [{ kind: 'number', number: 465_536, maybe: holding(65_535) }])
  t.same(said(addressesOf('4x0012', 'any')), [{ kind: 'reference', ...holding(11) }])
  t.same(said(addressesOf('40001 - 40002', 'any')), [{ kind: 'number', number: 40_001, maybe: holding(0), count: 2 }])
  t.match(said(addressesOf('40001.5', 'any')), [{ bit: 5 }])
  t.match(said(addressesOf('0x0010 bit 12', 'any')), [{ kind: 'wire', at: 16, bit: 12 }])
  t.match(said(addressesOf('40001 (0x0000)', 'any')), [{ number: 40_001 }, { kind: 'wire', at: 0 }])
  t.match(said(addressesOf('001A', 'any')), /write 0x001A, or head the column "address \(hex\)"/)
  for (const text of ['', 'abc.', '0x10000', '40001.16', '-5', '7-3'])
    t.type(said(addressesOf(text, 'any')), 'string', text)
})

t.test('types, with the width their word or a length gives', async (t) => {
  const types = {
    i16: ['int16', 'INT16S', 'short', '有符号16位', '16-bit signed integer', 'S16', 'int', '2字节有符号整数'],
    u16: ['uint16', 'INT16U', 'U16', 'WORD', 'unsigned short', '无符号16位', '16位无符号整数', 'Hex', 'UINT'],
    i32: ['int32', 'long', 'DINT', '长整型', '32位有符号整数'],
    u32: ['uint32', 'DWORD', 'unsigned long', '无符号32位', 'u32 (2 registers)'],
    f32: ['float', 'float32', 'REAL', 'IEEE754', '浮点', '单精度浮点数', '32-bit float', 'Float CDAB', '4字节浮点'],
    f64: ['double', 'float64', 'LREAL', '双精度'],
    bit: ['bool', 'bit', '开关量'],
    bcd16: ['BCD', 'BCD码'],
    u8: ['uint8', 'byte'],
  }
  for (const [type, texts] of Object.entries(types)) {
    for (const text of texts) {
      const word = typeOf(text)
      t.equal(word.ok && said(registerType(word.value, undefined)), type, text)
    }
  }
  const of = (text: string, length: number) => {
    const word = typeOf(text)
    return word.ok ? said(registerType(word.value, length)) : word.why
  }
  t.equal(of('unsigned int', 2), 'u32')
  t.equal(of('float', 4), 'f64')
  t.match(of('int16', 2), /takes 1 register, but the list says 2; if it counts bytes/)
  t.match(of('float', 1), /no form of 16 bits/)
  t.match(said(typeOf('flot')), /did you mean float\?/)
  t.match(said(typeOf('int16 float32')), /16 and 32 bits/)
})

t.test('lengths in registers, bytes and bits', async (t) => {
  for (const text of ['2', '4 bytes', '2个寄存器', '32 bit', '4字节']) t.equal(said(registersOf(text, false)), 2, text)
  t.equal(said(registersOf('4', true)), 2)
  t.match(said(registersOf('0', false)), /is no length/)
})

t.test('byte orders; little-endian means two things and is refused', async (t) => {
  for (const text of ['CDAB', 'CD AB', 'cd-ab', '3412', 'word swap', '低字在前'])
    t.equal(said(orderOf(text)), 'CDAB', text)
  for (const text of ['ABCD', 'big-endian', '大端', '高字在前']) t.equal(said(orderOf(text)), 'ABCD', text)
  for (const text of ['little-endian', '小端'])
    t.match(said(orderOf(text)), /CDAB to some makers and DCBA to others/, text)
  t.equal(said(wireOrder('ABCD', 'f32')), undefined)
  t.equal(said(wireOrder('CDAB', 'f32')), 'CDAB')
  t.equal(said(wireOrder('CDAB', 'i16')), undefined)
  t.match(said(wireOrder('DCBA', 'i16')), /no profile can say/)
  t.match(said(wireOrder('CDAB', 'u64')), /u64 has 8/)
})

t.test('scales: a bare 10 may mean either way and is refused', async (t) => {
  for (const text of ['0.1', '/10', '÷10', '1/10', '*0.1', '×0.1', '10^-1', 'X/10', '除以10', '放大10倍', '0,1'])
    t.same(said(scaleOf(text, 'scale')), { scale: 0.1 }, text)
  t.same(said(scaleOf('raw*0.1-40', 'scale')), { scale: 0.1, offset: -40 })
  t.same(said(scaleOf('10', 'divisor')), { scale: 0.1 })
  t.same(said(scaleOf('10', 'multiplier')), { scale: 10 })
  t.match(said(scaleOf('10', 'scale')), /write x10 or \/10/)
  t.match(said(scaleOf('0', 'scale')), /is no scale/)
  t.match(said(scaleOf('1/0', 'scale')), /is no scale/)
  t.equal(said(stepOf('±0.5%')), undefined, 'an accuracy is no resolution')
})

t.test('a remark may hold the scale as a formula, or only sound like it', async (t) => {
  for (const text of ['实际温度 = 原始值 / 10', 'value = raw*0.1', '放大10倍', '保留一位小数', 'register value ÷ 10'])
    t.same(scaleHint(text), { scale: 0.1 }, text)
  for (const text of ['unit 0.1 V', 'see scale table', '10倍']) t.equal(scaleHint(text), 'unclear', text)
  for (const text of ['', '0=off;1=on', 'version 1.2', '默认9600']) t.equal(scaleHint(text), undefined, text)
})

t.test('ranges and what numbers mean', async (t) => {
  for (const text of ['0~300', '0-300V', '0 to 300', '[0,300]', '0℃~300℃', '0…300%', '0x0-0x12C'])
    t.same(said(rangeOf(text)), [0, 300], text)
  t.same(said(rangeOf('-40--10')), [-40, -10])
  t.same(said(rangeOf('±180')), [-180, 180])
  t.match(said(rangeOf('100-0')), /begins above its end/)
  t.match(said(rangeOf('many')), /write 0~100/)
  for (const text of ['0=off;1=on', '0：off 1：on', '0-off, 1-on', '0x00=off\n0x01=on', 'state: 0=off/1=on'])
    t.same(
      labelsOf(text),
      [
        [0, 'off'],
        [1, 'on'],
      ],
      text,
    )
  t.same(labelsOf('地址，1-255（默认1，0为广播）'), [], 'a range explains nothing')
  for (const text of ['0.1 V per count', '12:30', '0-100', '0=2400 1=4800', '1=only']) t.same(labelsOf(text), [], text)
})

t.test('units of the registry by their other names; a unit it lacks is turned into one it has', async (t) => {
  const names = {
    celsius: ['℃', '°C', 'C', '摄氏度'],
    percent: ['%RH', '％', '%'],
    'ug/m3': ['μg/m³', 'ug/m3', 'µg/m3'],
    kWh: ['kWh', 'KWH', 'kW·h', '千瓦时'],
    dBA: ['dB', 'dB(A)'],
    'm3/h': ['m³/h', 'm3/h'],
    Hz: ['HZ', '赫兹'],
    none: ['', '-', '无'],
  }
  for (const [unit, texts] of Object.entries(names))
    for (const text of texts) t.same(said(unitOf(text, '')), { unit, factor: 1 }, text)
  t.same(said(unitOf('kW', '')), { unit: 'W', factor: 1000 })
  t.same(said(unitOf('μS/cm', '')), { unit: 'mS/cm', factor: 0.001 })
  t.same(said(unitOf('0.1V', '')), { unit: 'V', factor: 1, step: 0.1 })
  t.match(said(unitOf('度', '正向有功电能')), { unit: 'kWh' })
  t.match(said(unitOf('度', '风向')), { unit: 'degree' })
  t.match(said(unitOf('度', '别的')), /kWh, an angle or a temperature/)
  t.match(said(unitOf('vots', '')), /did you mean volts\?/)
  for (const text of ['mW', 'MV', 'S'])
    t.match(said(unitOf(text, '')), /is no unit/, `${text} is not read as a unit a thousand million times as large`)
})

t.test(
  'names make ids: common quantities in both languages, phases and channels; English ones make their own',
  async (t) => {
    const ids = {
      voltage_l1: ['A相电压', 'Voltage L1', 'Phase 1 line to neutral volts', 'Ua', '电压A'],
      voltage_l1_l2: ['Uab', 'Line 1 to Line 2 Volts'],
      power_factor: ['功率因数', 'cosφ', 'PF', '总功率因数'],
      temperature_2: ['温度2', '第2路温度', '通道2温度'],
      relay_11: ['11 路继电器', 'Relay 11'],
      wind_speed_max: ['最大风速', '瞬时风速最大值'],
      pm1: ['PM1.0'],
      pm10: ['PM10'],
      status_word: ['Status word'],
    }
    for (const [id, texts] of Object.entries(ids))
      for (const text of texts) t.match(said(pointOf([text], '')), { id }, text)
    t.same(said(pointOf(['电压 Voltage'], '')), { ...Object(said(pointOf(['电压', 'Voltage'], ''))) })
    t.match(said(pointOf(['湿度'], 'rh1')), { id: 'rh1', name: { zh: '湿度', en: 'Relative humidity' } })
    t.match(said(pointOf(['PM2.5 粒子数'], '')), /add a column "id"/, 'a number of particles is no concentration')
    t.match(said(pointOf(['a'], 'no id!')), /such as no_id/)
  },
)
