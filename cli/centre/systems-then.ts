import { bodySystems } from '@civitals/contracts/body'
import type { ApiSources } from '@civitals/dashboards/sources'
import type { IndicatorEngine } from '@civitals/indicators/indicators'

type Kept = Awaited<ReturnType<IndicatorEngine['past']>>
type SystemsThen = Awaited<ReturnType<NonNullable<ApiSources['systemsAt']>>>

/** Scores of the systems among what is kept of an instant, and which indicators had a valid value; undefined when nothing is kept. */
export function systemsThen(kept: Kept): SystemsThen {
  const systems = kept.filter(({ id }) => Object.hasOwn(bodySystems, id))
  if (systems.length === 0) return undefined
  return {
    systems: Object.fromEntries(systems.map(({ id, score }) => [id, score])),
    // Of one that was not valid neither value nor score is kept.
    valid: kept.filter((one) => !systems.includes(one) && one.score !== null).map(({ id }) => id),
  }
}
