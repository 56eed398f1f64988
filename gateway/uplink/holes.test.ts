// A full disk leaves alarms with holes between them, and the gap records that close the holes stand behind them: the backlog must come all the same.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import type { ReadingClass } from '../spool/spool.ts'
import { ScriptedCentre } from './scripted-centre.ts'
import { Uplink } from './uplink.ts'

t.test('a backlog with more holes than one acknowledgement tells of comes without anything sent twice', async (t) => {
  const clock = new FakeClock()
  const spool = memorySpool({
    ...{ id: 's1', clock },
    limits: { budgetBytes: 120_000, keepAcknowledgedMs: 1e12, compress: false },
  })
  const append = (kept: ReadingClass, letters: number) =>
    spool.append([
      {
        ...{ config: 'c', class: kept },
        samples: [{ terminal: 't1', at: clock.now(), clock: 'synced', values: { text: 'x'.repeat(letters) } }],
      },
    ])
  for (let n = 0; n < 300; n++) {
    await append('alarm', 20)
    for (let ordinary = 0; ordinary < 2; ordinary++) await append('telemetry', 600)
    await clock.advance(10)
  }
  const waiting = await spool.waiting({ after: 0, before: 1000, limit: 1000 })
  const holes = waiting.filter(({ seq }, place) => seq !== (waiting[place - 1]?.seq ?? 0) + 1).length
  t.ok(holes > 100, `${holes} holes`)
  const centre = new ScriptedCentre(clock)
  const uplink = new Uplink({
    ...{ connect: centre.connect, spool, clock, random: () => 0.5 },
    status: () => ({ online: true, at: clock.now() }),
    onFailure: (error) => t.error(error),
  })
  void uplink.run(new AbortController().signal)
  for (let second = 0; second < 60 && spool.counters().waiting > 0; second++) {
    await clock.advance(1000)
    centre.ping()
  }
  t.equal(spool.counters().waiting, 0)
  t.equal(centre.arrivals.length, waiting.length)
})
