import scale from '../standards/gb-t-33171.json' with { type: 'json' }
import { interpolate } from './interpolate.ts'
import { quantile } from './statistics.ts'

const edition = scale.editions[0]

/** Scale the index is on: indices of different scales are never compared. */
export const trafficScaleId = edition?.id ?? ''

/** Speed ratio at and below which a link counts as congested (medium and severe) [GB/T 33171-2016 App. C]. */
export const congestedSpeedRatio = edition?.congestedSpeedRatio ?? Number.NaN

/** Share of the travel time that is delay: 1 - v / v_free, never below 0. */
export const delayShare = (speedRatio: number): number => Math.max(0, 1 - speedRatio)

/** Traffic performance index 0..10 from a share of delay 0..1 [GB/T 33171-2016 App. C]. */
export const tpiOfDelayShare = (share: number): number =>
  interpolate(edition?.delayShare ?? [], edition?.index ?? [], share)

/** Traffic performance index 0..10 from the ratio of speed to free-flow speed [GB/T 33171-2016 App. C]. */
export const tpi = (speedRatio: number): number => tpiOfDelayShare(delayShare(speedRatio))

/** Travel time index: travel time over that of free flow [FHWA]. */
export const travelTimeIndex = (travelTime: number, freeFlowTime: number): number => travelTime / freeFlowTime

/** Planning time index: 95th percentile of the travel times over that of free flow [FHWA]. NaN of no times. */
export const planningTimeIndex = (travelTimes: readonly number[], freeFlowTime: number): number =>
  quantile(travelTimes, 0.95) / freeFlowTime
