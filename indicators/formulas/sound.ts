/** Energy of a level relative to 0 dB: what may be added and averaged; decibels never are. */
export const energyOf = (levelDb: number): number => 10 ** (levelDb / 10)

/** Level in dB of a mean energy. */
export const levelOf = (energy: number): number => 10 * Math.log10(energy)

/** Equivalent continuous level: energy mean of levels in dB [GB 3096-2008 3.2; ISO 1996-1]. NaN of nothing. */
export function leq(levelsDb: readonly number[]): number {
  return levelOf(levelsDb.reduce((sum, level) => sum + energyOf(level), 0) / levelsDb.length)
}
