import t from 'tap'
import { WindowProbe } from './window-probe.ts'

/** A server that answers well up to `able` at once; returns the window after each reply. */
function serve(probe: WindowProbe, able: number, replies: number): number[] {
  return Array.from({ length: replies }, () => {
    if (probe.window > able) probe.bad(probe.window)
    else probe.good(probe.window)
    return probe.window
  })
}

t.test('it doubles from one to eight while all goes well', async (t) => {
  t.same([...new Set(serve(new WindowProbe(), 8, 200))], [1, 2, 4, 8])
})

t.test('a server that can do two at once is left at two', async (t) => {
  const windows = serve(new WindowProbe(), 2, 10_000)
  t.equal(windows.at(-1), 2)
  t.equal(windows.filter((window) => window > 2).length, 1, 'one step too far, once')
})

t.test('a server that can do one at a time is left at one, and tried again after very long', async (t) => {
  const probe = new WindowProbe()
  t.equal(serve(probe, 1, 19_000).at(-1), 1)
  t.equal(Math.max(...serve(probe, 8, 3000)), 8)
})

t.test('what goes wrong with one under way says nothing of the window', async (t) => {
  const probe = new WindowProbe()
  serve(probe, 8, 200)
  probe.bad(1)
  t.equal(probe.window, 8)
})

t.test('replies that had the line to themselves prove nothing', async (t) => {
  const probe = new WindowProbe()
  serve(probe, 8, 40)
  for (let turn = 0; turn < 1000; turn++) probe.good(1)
  t.equal(probe.window, 2)
})

t.test('at most one where the caller says so', async (t) => {
  t.equal(serve(new WindowProbe(1), 8, 1000).at(-1), 1)
})
