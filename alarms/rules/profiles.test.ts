// Every rule on a series watches a point that a shipped profile has, in its unit and within its range.
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { loadRules } from './io/shipped-rules.ts'

t.test('the shipped rules fit the shipped profiles', async (t) => {
  const profiles = [...(await shippedProfiles()).values()]
  for (const { id, subject, unit, condition } of await loadRules()) {
    if (!('kind' in subject)) continue
    const points = profiles
      .filter(({ kind }) => kind === subject.kind)
      .flatMap(({ points }) => points.filter((point) => point.id === subject.point))
    t.ok(points.length > 0, `${id}: some profile of kind ${subject.kind} has ${subject.point}`)
    for (const point of points) {
      const { reaches } = subject
      t.equal(point.unit, reaches?.unit ?? unit, `${id}: unit`)
      const [low, high] = point.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      const limit = reaches?.value ?? condition.limit
      t.ok(limit >= low && limit <= high, `${id}: ${limit} can be measured`)
    }
  }
})
