// Clocks of meters name no zone: Chinese standards mean Beijing. Frames were built outside this project (Python, from the standards).
import t from 'tap'
import { explainCjt188 } from './cjt188/explain.ts'
import { explainDlt645 } from './dlt645/explain.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const water = {
  set: '68104433221100337881161F9000007766552C007766552C3101221105152021841316',
  unset: '68104433221100337881161F9000007766552C007766552C0000000000000021847416',
  monthThirteen: '68104433221100337881161F9000007766552C007766552C3101221113152021842116',
}
const broadcast = {
  time: '689999999999996808063A633C5844594216',
  thirtyFirstOfNovember: '689999999999996808063A633C6444594E16',
}

t.test('a water meter says its time with the zone, and none when no calendar has it', async (t) => {
  t.match(explainCjt188(bytes(water.set)), { valid: true, time: '2015-05-11T22:01:31+08:00' })
  for (const frame of [water.unset, water.monthThirteen]) {
    const explained = explainCjt188(bytes(frame))
    t.match(explained, { valid: true, values: { total: 556677 } })
    t.notOk('time' in explained)
  }
})

t.test('the time electricity meters are all told', async (t) => {
  t.match(explainDlt645(bytes(broadcast.time)), { valid: true, time: '2026-11-25T09:30:07+08:00' })
  const explained = explainDlt645(bytes(broadcast.thirtyFirstOfNovember))
  t.match(explained, { valid: true })
  t.notOk('time' in explained)
})
