// Scores against yesterday: what rests on other indicators than then is not compared.
import type { BodyResult, SystemResult } from '@civitals/contracts/body'
import t from 'tap'
import { fixtureBody } from '../../../test/fixture-body.ts'
import { changeOf, compareSystems, validOnce } from './yesterday.ts'

const body: BodyResult = fixtureBody(0, 0)
const all = body.systems.flatMap(({ indicators }) => indicators.map(({ id }) => id))
const scores = Object.fromEntries(body.systems.map(({ id, score }) => [id, (score ?? 0) - 7]))
const keys = (then: Parameters<typeof compareSystems>[1]) => compareSystems(body, then).map(({ key }) => key)

function systemOf(id: SystemResult['id']): SystemResult {
  const found = body.systems.find((one) => one.id === id)
  if (!found) throw new Error(`the fixture has no ${id}`)
  return found
}

t.test('the same indicators then and now: the change is that of the scores', async (t) => {
  const then = { systems: { ...scores }, valid: all }
  t.same(validOnce(systemOf('RENL'), then), [])
  t.equal(changeOf(systemOf('RENL'), then), 7)
  t.ok(compareSystems(body, then).every(({ change }) => change === 7))
})

t.test('an indicator nobody knew then: its system is not compared, the others are', async (t) => {
  const then = { systems: { ...scores, NERV: 5 }, valid: all.filter((id) => id !== 'NERV-01') }
  t.same(validOnce(systemOf('NERV'), then), ['NERV-01'])
  t.equal(changeOf(systemOf('NERV'), then), undefined)
  t.notOk(keys(then).includes('NERV'), 'the largest change of all')
  t.equal(keys(then).length, 6)
})

t.test('an indicator that has failed or gone since counts as well', async (t) => {
  const then = { systems: { ...scores }, valid: [...all, 'RENL-09'] }
  t.same(validOnce(systemOf('RENL'), then), ['RENL-09'])
  const renl = systemOf('RENL')
  const failed = { ...renl, indicators: renl.indicators.map((one) => ({ ...one, valid: one.id !== 'RENL-01' })) }
  t.same(validOnce(failed, { ...then, valid: all }), ['RENL-01'])
})

t.test('where nothing is kept there is nothing to compare and nothing to say', async (t) => {
  t.same(validOnce(systemOf('NERV'), { systems: {}, valid: [] }), [])
  t.same(keys({ systems: {}, valid: [] }), [])
})
