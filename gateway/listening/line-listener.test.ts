// What a line tells its source of this machine's clock.
import { FakeClock } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import t from 'tap'
import { LineListener } from './line-listener.ts'
import type { ReportSource } from './report-source.ts'

const silent: ReportSource = { run: async () => undefined, health: { connected: false, connections: 0, refused: {} } }

t.test(
  'terminals may be told the time while the clock is known to be right, and as long as it holds over',
  async (t) => {
    let state: ClockState = 'unsynced'
    const listener = new LineListener({
      ...{ source: silent, terminals: [], clock: new FakeClock(), clockState: () => state, onReading: () => undefined },
    })
    t.notOk(listener.maySetClocks())
    state = 'synced'
    t.ok(listener.maySetClocks())
    state = 'holdover'
    t.ok(listener.maySetClocks())
  },
)
