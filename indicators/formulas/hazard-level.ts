/** Level of a value by rising thresholds: 0 below the first, then how many are reached. */
const levelBy = (thresholds: readonly number[], value: number): number =>
  thresholds.filter((threshold) => value >= threshold).length

/** Combustible gas in per cent of the lower explosive limit: 1 from 25, 2 from 50 [GB/T 50493-2019, two-level alarm]. */
export const gasLevel = (percentLel: number): number => levelBy([25, 50], percentLel)

/** Residual current in mA: 1 from 300, 2 from 500, the range detectors are set in [GB 50116-2013]. */
export const residualCurrentLevel = (milliampere: number): number => levelBy([300, 500], milliampere)

/** Tilt of a building in per mille: 1 from 4 (up to 24 m high) [GB 50007-2011], 2 from 10 [JGJ 125-2016, dangerous]. */
export const tiltLevel = (permille: number): number => levelBy([4, 10], permille)
