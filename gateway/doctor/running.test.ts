// Whether the gateway runs and delivers, by what it says of itself.
import t from 'tap'
import type { Presence, UplinkState } from '../presence/presence.ts'
import { runningFindings } from './running.ts'

const now = Date.UTC(2026, 5, 12, 9)
const spool = { id: 's1', newestSeq: 90, waitingReadings: 20, producedReadings: 900, declaredLost: 0, bytes: 9000 }
const presence = (uplink: UplinkState, waiting = 0, config = 'c0ffee'): Presence => ({
  ...{ gateway: 'gw-01', pid: 77, startedAt: now - 7_200_000, configFile: '/etc/civitals/gateway.yaml', uplink },
  status: { online: true, at: now, config, spool: { ...spool, waiting } },
})
const seen = (uplink: UplinkState, waiting?: number, config?: string) =>
  runningFindings({ now, hash: 'c0ffee', presence: presence(uplink, waiting, config) })
const connected = { sessions: 1, connectedSince: now - 7_199_000, acknowledgedAt: now - 2000 }

t.test('it runs and delivers', async (t) => {
  t.same(
    seen(connected).map(({ verdict, seen }) => `${verdict} ${seen}`),
    [
      'ok runs as process 77 since 2026-06-12T07:00:00Z (2 h ago), with this configuration',
      'ok connected to the centre since 2026-06-12T07:00:01Z, last settled 2 s ago, nothing waits',
    ],
  )
})

t.test('the disk refuses: what it has read waits in memory alone', async (t) => {
  const held = presence(connected)
  const status = { ...held.status, spool: { ...spool, waiting: 0, trouble: 'the disk is full', held: 1200 } }
  const [, refused] = runningFindings({ now, hash: 'c0ffee', presence: { ...held, status } })
  t.match(refused, {
    verdict: 'failure',
    seen: 'nothing can be committed (the disk is full); 1,200 samples wait in memory alone',
    next: /Do not restart/,
  })
})

t.test('it does not run, or says nothing', async (t) => {
  t.match(runningFindings({ now, hash: 'c0ffee' }), [{ verdict: 'warning', seen: /does not run/ }])
  const holder = { pid: 77, command: 'node' }
  t.match(runningFindings({ now, hash: 'c0ffee', holder }), [{ verdict: 'warning', seen: /process 77 \(node\) holds/ }])
})

t.test('it runs another configuration than the file', async (t) => {
  t.match(seen(connected, 0, 'beef')[0], { verdict: 'warning', seen: /configuration beef, not c0ffee/, next: /reload/ })
})

t.test('no session: why, and how much waits', async (t) => {
  const trouble = 'connect ECONNREFUSED 10.0.0.1:1883'
  const [, uplink] = seen({ sessions: 3, acknowledgedAt: now - 600_000, trouble }, 1200)
  t.match(uplink, {
    verdict: 'failure',
    seen: `it has no session with the centre (${trouble}), last delivered 10 min ago; 1,200 envelopes not yet settled`,
  })
})

t.test('another box with the same id, connected or not', async (t) => {
  const clone = 'another box uses this id, and the centre keeps that one'
  t.match(seen({ sessions: 3, clone, trouble: 'Identifier rejected' }, 12)[1], {
    verdict: 'failure',
    seen: `${clone}; 12 envelopes not yet settled`,
    next: /ledger page/,
  })
  t.equal(seen({ ...connected, clone })[1]?.verdict, 'failure')
})

t.test('a centre that takes and does not settle', async (t) => {
  t.equal(seen({ ...connected, acknowledgedAt: now - 61_000 }, 3)[1]?.verdict, 'failure')
  t.equal(seen({ ...connected, acknowledgedAt: now - 61_000 }, 0)[1]?.verdict, 'ok', 'nothing waits')
  t.equal(seen({ sessions: 1, connectedSince: now - 59_000 }, 3)[1]?.verdict, 'ok', 'it has only just come')
  t.match(
    seen({ sessions: 4, connectedSince: now - 1000 }, 3)[1]?.seen,
    /4 sessions since start\), nothing settled yet/,
  )
})
