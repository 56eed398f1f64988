// When the times of readings can be believed, and what to do when not.
import t from 'tap'
import { type ClockFacts, clockFindings } from './clock.ts'

const good: ClockFacts = {
  now: Date.UTC(2026, 5, 12, 9),
  zone: 'Asia/Shanghai',
  zoneMinutes: 480,
  upMs: 3 * 86_400_000 + 4 * 3_600_000,
  bootId: 'f89e1e3f-c672-48d8-bca2-352772d71aaf',
  evidence: { service: 'synced', batteryClock: true },
  state: 'synced',
  centre: { aheadMs: -40, withinMs: 12 },
}
const seen = (facts: Partial<ClockFacts>) => clockFindings({ ...good, ...facts })

t.test('a clock kept by a time service, in step with the centre', async (t) => {
  t.same(
    clockFindings(good).map(({ verdict, seen }) => `${verdict} ${seen}`),
    [
      'ok 2026-06-12T09:00:00Z, kept by a time service; the gateway marks readings synced',
      'ok 40 ms behind the centre (to within 12 ms)',
      'ok time zone Asia/Shanghai (+08:00), up 3 d 4 h, boot f89e1e3f',
    ],
  )
})

t.test('a clock that was never set is a failure', async (t) => {
  const [first] = seen({ now: Date.UTC(2024, 11, 31, 23, 59), state: 'unsynced' })
  t.match(first, { verdict: 'failure', seen: /never set; the gateway marks readings unsynced/, next: /set-time/ })
  t.equal(seen({ now: Date.UTC(2025, 0, 1) })[0]?.verdict, 'ok')
})

t.test('a service without a source, and no service', async (t) => {
  const [lost] = seen({ evidence: { service: 'unsynced', batteryClock: true }, state: 'holdover' })
  t.match(lost, { verdict: 'warning', seen: /hears no source \(set from a battery clock/, next: /UDP 123/ })
  t.match(seen({ evidence: { service: 'none', batteryClock: false } })[0], { verdict: 'warning', next: /chrony/ })
})

t.test('against the centre: 2 s are let pass, 5 min are rejected there', async (t) => {
  const against = (aheadMs: number, withinMs = 10) => seen({ centre: { aheadMs, withinMs } })[1]
  t.equal(against(1999)?.verdict, 'ok')
  t.match(against(200_000), { verdict: 'warning', seen: '3 min 20 s ahead of the centre (to within 10 ms)' })
  t.match(against(-300_000), { verdict: 'failure', seen: /^5 min behind the centre/ })
  t.match(against(3000, 4000), { verdict: 'ok', seen: 'in step with the centre, to within 4 s' })
})
