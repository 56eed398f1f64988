import t from 'tap'
import noise from './gb-3096.json' with { type: 'json' }
import traffic from './gb-t-33171.json' with { type: 'json' }
import air from './hj-633.json' with { type: 'json' }

const rises = (values: readonly number[]): boolean =>
  values.every((value, k) => k === 0 || value > (values[k - 1] ?? 0))

t.test('breakpoints rise, every column of a report exists, editions follow each other without a gap', async (t) => {
  for (const edition of air.editions) {
    for (const [id, { at }] of Object.entries(edition.items)) t.ok(rises(at) && at.length <= air.iaqi.length, id)
    for (const column of [...Object.values(edition.hourly), ...Object.values(edition.daily)])
      t.ok(column in edition.items)
  }
  const [first, second] = air.editions
  t.equal(Date.parse(second?.validFrom ?? '') - Date.parse(first?.validTo ?? ''), 86_400_000)
})

t.test('bands of the traffic index rise together; night limits lie below day limits', async (t) => {
  for (const { delayShare, index } of traffic.editions)
    t.ok(rises(delayShare) && rises(index) && delayShare.length === index.length)
  for (const { day, night } of Object.values(noise.editions[0]?.zones ?? {})) t.ok(night < day)
})
