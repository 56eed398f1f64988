import { hourMs, localDay, localHour, minuteMs } from './calendar.ts'
import { demand } from './demand.ts'
import type { ModelMaker } from './model.ts'

/** Bins are emptied at 5:30 and 17:30. */
const emptiedAt = 5.5
const roundHours = 12

export const bin: ModelMaker = (site) => (at) => {
  const sinceRound = (localHour(at) - emptiedAt + 24) % roundHours
  const round = localDay(at - emptiedAt * hourMs) * 2 + (localHour(at) >= emptiedAt + roundHours ? 1 : 0)
  const pace = 3.4 + 2.2 * site.own('pace', round)
  return { fill: 4 + pace * sinceRound }
}

export const toilet: ModelMaker = (site) => {
  const crowd = site.wander('crowd', 5 * minuteMs, 0.7)
  const smell = site.wander('smell', 15 * minuteMs, 0.8)
  return (at) => {
    const occupancy = Math.max(0, Math.round(8 * demand(at) + 1.2 * crowd(at)))
    return { occupancy, ammonia: Math.max(0.02, 0.06 + 0.008 * occupancy + 0.012 * smell(at)) }
  }
}
