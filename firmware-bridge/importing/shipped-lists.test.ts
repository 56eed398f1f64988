// Register lists of terminals whose profiles ship: what is imported reads the same registers the same way.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lintProfiles, shippedProfilesFolder } from '../io/profiles.ts'
import { isModbusPoint, type ModbusPoint, type ProfilePoint } from '../profile.ts'
import { readCsv } from './csv.ts'
import { likeness } from './headings.ts'
import { type ImportOptions, importList } from './import-list.ts'
import { pointOf } from './point-names.ts'
import { printListProblem } from './problems.ts'
import type { Sheet } from './sheet.ts'

const { profiles } = await lintProfiles()
const modbus = [...profiles.values()].filter((profile) => profile.protocol === 'modbus')

const sheetOf = (rows: readonly (readonly string[])[]): Sheet => ({
  rows: rows.map((cells, place) => ({ row: place + 1, cells: cells.map((text) => ({ text })) })),
})

const options: ImportOptions = {
  ...{ id: 'maker', file: 'maker.csv', out: 'profiles/maker/profile.yaml', date: '2026-11-27' },
  ...{ kind: 'terminal', group: 'terminal' },
}

const head = [
  '寄存器地址',
  'id',
  '名称',
  'Name',
  '功能码',
  '数据类型',
  '长度',
  '字节序',
  'Bit',
  '乘数',
  '偏置',
  '单位',
  '分辨率',
  '量程',
  'class',
  '备注',
]
const codes = { coil: '01', discrete: '02', holding: '03', input: '04' } as const

/** A row as a maker's list would have it. */
function rowOf({ id, name, unit, class: pointClass, resolution, range, read }: ModbusPoint): string[] {
  const type = { u: 'uint', i: 'int', f: 'float', b: 'bcd', s: 'string' }[read.type[0]!]
  const word = read.type === 'bit' ? 'bit' : `${type}${/\d+$/.exec(read.type)?.[0] ?? ''}`
  const labels = Object.keys(read.values ?? {}).map((raw) => `${raw}=state ${'abcdefghij'[Number(raw)] ?? 'k'}`)
  return [
    ...[`0x${read.address.toString(16)}`, id, name.zh, name.en, codes[read.function], word, String(read.length ?? '')],
    ...[
      read.order ?? '',
      String(read.bit ?? ''),
      String(read.scale ?? ''),
      String(read.offset ?? ''),
      unit === 'none' ? '' : unit,
    ],
    ...[String(resolution), `${range[0]}~${range[1]}`, pointClass, labels.join(';')],
  ]
}

/** What a list has no column for. */
const beyondLists = ({ read }: ModbusPoint): boolean =>
  read.mask !== undefined ||
  read.shift !== undefined ||
  read.missing !== undefined ||
  read.byte === 'high' ||
  (read.values !== undefined && Object.entries(read.values).some(([raw, value]) => Number(raw) !== value))

t.test('the list of every shipped Modbus profile imports to the same points', async (t) => {
  let compared = 0
  for (const profile of modbus) {
    const points = profile.points.filter(isModbusPoint).filter((point) => !beyondLists(point))
    const imported = importList(sheetOf([head, ...points.map(rowOf)]), options)
    if (!imported.ok) {
      t.fail(`${profile.profile}: ${imported.problems.map(printListProblem).join('\n')}`)
      continue
    }
    const bare = (point: ModbusPoint) => ({
      id: point.id,
      name: point.name,
      unit: point.unit,
      class: point.class,
      read: point.read,
      ...(point.class !== 'identity' && { resolution: point.resolution, range: point.range }),
    })
    t.same(imported.profile.points.filter(isModbusPoint).map(bare), points.map(bare), profile.profile)
    compared += points.length
  }
  t.ok(compared > 250, `${compared} points`)
})

t.test('Eastron SDM120: the register lines of its source give the shipped points', async (t) => {
  const source = readFileSync(join(shippedProfilesFolder, 'eastron-sdm120/source.md'), 'utf8')
  const lines = [...source.matchAll(/^\w+: +0x([0-9A-F]{4}), \/\/ (.+)$/gm)].map(
    ([, hex, name]) => [hex!, name!] as const,
  )
  const units = ['V', 'A', 'W', 'VA', 'VAr', '', 'Hz', 'kWh', 'kWh', 'kVArh', 'kVArh', 'kWh', 'kVArh']
  t.equal(lines.length, units.length)
  const ways: readonly (readonly [head: string, address: (hex: string) => string])[] = [
    ['Address (hex)', (hex) => hex],
    ['Start address', (hex) => `0x${hex}`],
    ['Modbus register', (hex) => String(30_001 + Number.parseInt(hex, 16))],
    ['Address', (hex) => `${300_001 + Number.parseInt(hex, 16)} (${hex}H)`],
  ]
  const shipped = profiles.get('eastron-sdm120')!.points.filter(isModbusPoint)
  for (const [heading, address] of ways) {
    const rows = lines.map(([hex, name], place) => `${address(hex)},${name},04,2,Float,${units[place]}`)
    const csv = `${heading},Parameter,Function code,Registers,Format,Units\r\n${rows.join('\r\n')}\r\n`
    const read = readCsv(new TextEncoder().encode(csv), undefined, likeness)
    const imported = read.ok ? importList(read.sheet, options) : undefined
    if (!imported?.ok) throw new Error(JSON.stringify(imported))
    const part = ({ id, unit, read: spec }: ModbusPoint) => ({ id, unit, read: spec })
    t.same(imported.profile.points.filter(isModbusPoint).map(part), shipped.map(part), heading)
  }
})

t.test(
  'names alone give the ids of shipped profiles, or none: most of the common ones, no quantity for another',
  async (t) => {
    const points = [...profiles.values()].flatMap((profile): ProfilePoint[] => profile.points)
    const known = (language: 'zh' | 'en') =>
      points.filter(({ id, name }) => {
        const named = pointOf([name[language]], '')
        return named.ok && named.value.id === id
      }).length
    t.ok(known('zh') / points.length > 0.75, `${known('zh')} of ${points.length} by their Chinese name`)
    t.ok(known('en') / points.length > 0.8, `${known('en')} of ${points.length} by their English name`)
  },
)
