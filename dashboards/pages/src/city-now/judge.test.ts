import t from 'tap'
import { fixtureBody } from '../../../test/fixture-body.ts'
import { indicatorOf, isAbnormal, leadOf, rankAlarms, seriesOfIndicator, worstSystem, worstVital } from './judge.ts'

const now = Date.UTC(2026, 5, 12, 9, 42, 10)
const storm = fixtureBody(now, 49)
const calm = fixtureBody(now, -1000)

t.test('the worst vital sign is the one that is abnormal, and its system stands out', async (t) => {
  t.equal(worstVital(storm)?.id, 'RENL-01')
  t.equal(worstSystem(storm), 'RENL')
})

t.test('a vital sign only forecast to be abnormal is already the matter', async (t) => {
  const early = fixtureBody(now, 14)
  t.equal(isAbnormal(indicatorOf(early, 'RENL-01')?.grade ?? 'N'), false)
  t.equal(worstVital(early)?.id, 'RENL-01')
})

t.test('on a calm day no vital sign is shown as the matter', async (t) => {
  t.equal(worstVital(calm), undefined)
  t.equal(worstSystem(calm), 'RESP', 'an abnormal system that is not vital still stands out')
})

t.test('unknown is not abnormal and not well', async (t) => {
  t.equal(isAbnormal('N'), false)
  t.equal(worstVital(undefined), undefined)
})

t.test('a system line shows its worst indicator; a series is followed at its worst site', async (t) => {
  const fluids = storm.systems.find((system) => system.id === 'RENL')!
  t.equal(leadOf(fluids)?.id, 'RENL-01')
  t.equal(seriesOfIndicator(leadOf(fluids)), 'road-water-01/depth')
})

t.test('alarms: by priority, unacknowledged first, then the newest', async (t) => {
  const alarm = (id: string, priority: number, state: string, onset: number) => ({
    id,
    priority,
    state,
    onset,
    area: 'a',
  })
  const list = [
    alarm('low', 4, 'unacknowledged', 9),
    alarm('seen', 2, 'acknowledged', 8),
    alarm('old', 2, 'unacknowledged', 1),
    alarm('new', 2, 'unacknowledged', 5),
    alarm('back', 2, 'returned', 9),
  ]
  const ranked = rankAlarms(list as never, () => true).map((one) => one.id)
  t.same(ranked, ['new', 'old', 'seen', 'back', 'low'])
  t.same(
    rankAlarms(list as never, () => false),
    [],
  )
})
