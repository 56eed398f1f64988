// The picture of a watched terminal: each value beside its valid range and its last rounds, as wide as the screen.
import type { TerminalReading } from '@civitals/firmware-bridge/driver'
import type { ModbusPoint } from '@civitals/firmware-bridge/profile'
import type { LineStatistics } from '@civitals/firmware-bridge/wire/line'
import t from 'tap'
import { WatchReport } from './watch-report.ts'

const level: ModbusPoint = {
  ...{ id: 'level', name: { zh: '水位', en: 'Level' }, unit: 'cm', class: 'alarm', resolution: 0.1, range: [-2, 300] },
  normal: [0, 3],
  read: { function: 'holding', address: 0, type: 'i16', scale: 0.1 },
}
const health: LineStatistics = {
  ...{ connected: true, transactions: 70, timeouts: 2, crcErrors: 1, exceptions: 0, linkErrors: 0, connects: 1 },
  ...{ late: 1, foreign: 0, refused: { checksum: 1, length: 2 } },
}
const reading = (value: number): TerminalReading => ({ values: { level: value }, quality: {} })

t.test('values beside their range, as many rounds drawn as fit, what the line suffered', async (t) => {
  const report = new WatchReport([level])
  for (let round = 0; round < 70; round++) report.add(reading(round < 65 ? 1 : 8))
  const screen = report.screen('the line', reading(8), health)
  t.match(screen, /level +8\.0 +cm +-2 to 300 +above its normal band/)
  t.match(screen, /▁{40,}█{5}(?!█)/)
  t.match(
    screen,
    /70 rounds, 70 requests, no answer 2, damaged 1, refused 0, line down 0, late 1, foreign 0\nrejected frames: checksum 1, length 2\n/,
  )
  t.ok(screen.split('\n').every((line) => line.length <= 100))
})

t.test('on a narrow screen fewer rounds, on a phone under the row', async (t) => {
  for (const columns of [80, 50]) {
    const report = new WatchReport([level], columns)
    for (let round = 0; round < 70; round++) report.add(reading(round % 2))
    const rows = report
      .screen('the line', reading(1), health)
      .split('\n')
      .slice(1, columns === 80 ? 3 : 4)
    t.ok(
      rows.every((row) => row.length <= columns),
      rows.join('\n'),
    )
    t.equal(rows.join('').replace(/[^▁█]/g, '').length >= 40, true, 'as many rounds as fit')
  }
})

t.test('a round without a value leaves a gap and says why', async (t) => {
  const report = new WatchReport([level])
  const silent: TerminalReading = {
    values: {},
    quality: { level: 'comm_fail' },
    failure: { ok: false, kind: 'timeout' },
  }
  report.add(reading(1))
  report.add(silent)
  report.add(reading(2))
  t.match(report.screen('the line', reading(2), health), /▁ █/)
  t.match(report.screen('the line', silent, health), /not read[\s\S]*no answer/)
  t.match(report.row(0, silent), /level - \(not read\)/)
})
