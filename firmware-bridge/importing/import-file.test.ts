// Which sheet of a file is the list.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type FileOptions, importFile, mostFileBytes } from './import-file.ts'
import { printListProblem } from './problems.ts'

const fixture = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.xlsx`))

function said(bytes: Uint8Array, more: Partial<FileOptions> = {}): string[] {
  const options = { id: 'a', file: 'list', out: 'a.yaml', date: '2026-11-27', kind: 'terminal', group: 'terminal' }
  const result = importFile(bytes, { ...options, ...more })
  return result.ok ? result.profile.points.map(({ id }) => id) : result.problems.map(printListProblem)
}

t.test('the one sheet that holds a list, or the one that is named', async (t) => {
  t.same(said(fixture('openpyxl')), ['temperature', 'humidity', 'alarm'])
  t.same(said(fixture('openpyxl-two-lists')), ['list: has several register lists; choose with --sheet: Sheet, Set-up'])
  t.same(said(fixture('openpyxl-two-lists'), { sheet: 'Set-up' }), ['settings'])
  t.match(said(fixture('openpyxl'), { sheet: '旧版' }), [/^list: 旧版!A1: no rows follow the headings/])
  t.match(said(fixture('openpyxl'), { sheet: 'none' }), [/has no sheet none; it has 封面, 寄存器表, 旧版/])
})

t.test('a sheet of a CSV file, a damaged workbook, a file beyond the limit', async (t) => {
  const csv = new TextEncoder().encode('Address,Name,Function,Type\n0x0,Voltage,3,uint16\n')
  t.same(said(csv), ['voltage'])
  t.match(said(csv, { sheet: 'A' }), [/is no workbook/])
  t.match(said(fixture('openpyxl').subarray(0, 3000)), [/damaged or cut off/])
  t.match(said(new Uint8Array(mostFileBytes + 1)), [/larger than 20 MB/])
})
