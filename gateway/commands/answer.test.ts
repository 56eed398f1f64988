import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import { answer } from './answer.ts'

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
const resend = (ranges: [number, number][], spool = 's1') => ({ id: 'r-1', kind: 'resend' as const, spool, ranges })

t.test('says how many will come again and which cannot', async (t) => {
  const clock = new FakeClock()
  const spool = memorySpool({ id: 's1', limits, clock })
  const samples = [{ terminal: 't1', at: 0, clock: 'synced' as const, values: { a: 1 } }]
  for (let seq = 1; seq <= 5; seq++) await spool.append([{ config: 'c', samples, class: 'telemetry' as const }])
  await spool.acknowledge({ upTo: 5, above: [] })
  t.same(
    await answer(
      resend([
        [2, 3],
        [5, 9],
      ]),
      spool,
    ),
    { id: 'r-1', ok: true, reopened: 3, missing: [[6, 9]] },
  )
  t.same(await answer(resend([[1, 2]], 'older'), spool), { id: 'r-1', ok: true, reopened: 0, missing: [[1, 2]] })
  t.match(await answer(resend([[3, 2]]), spool), { ok: false, reason: /3\.\.2 runs backwards/ })
})

t.test('a spool that fails is a refusal, not a fault of the gateway', async (t) => {
  const reopen = async () => {
    throw new Error('x'.repeat(500))
  }
  t.same(await answer(resend([[1, 1]]), { reopen }), { id: 'r-1', ok: false, reason: 'x'.repeat(200) })
})
