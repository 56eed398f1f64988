import { quantile } from './statistics.ts'

/** Energy of a level relative to 0 dB: what may be added and averaged; decibels never are. */
export const energyOf = (levelDb: number): number => 10 ** (levelDb / 10)

/** Level in dB of a mean energy. */
export const levelOf = (energy: number): number => 10 * Math.log10(energy)

/** Equivalent continuous level: energy mean of levels in dB [GB 3096-2008 3.2; ISO 1996-1]. NaN of nothing. */
export function leq(levelsDb: readonly number[]): number {
  return levelOf(levelsDb.reduce((sum, level) => sum + energyOf(level), 0) / levelsDb.length)
}

/** Level exceeded during `percent` of the time, from levels of equal duration: L10 loud events, L90 background [ISO 1996-1]. */
export const exceededLevel = (levelsDb: readonly number[], percent: number): number =>
  quantile(levelsDb, 1 - percent / 100)

/** Sound exposure level: the energy of one-second levels as if it had all come in one second [ISO 1996-1]. */
export const soundExposureLevel = (levelsDb: readonly number[]): number =>
  leq(levelsDb) + 10 * Math.log10(levelsDb.length)

/** Parts of a day with their hours and what is added to their level. */
const dayEveningNight = [
  { hours: 12, penaltyDb: 0 },
  { hours: 4, penaltyDb: 5 },
  { hours: 8, penaltyDb: 10 },
] as const
const dayNight = [
  { hours: 15, penaltyDb: 0 },
  { hours: 9, penaltyDb: 10 },
] as const

/** Day-evening-night level [Directive 2002/49/EC, Annex I]. */
export const lden = (day: number, evening: number, night: number): number =>
  rated(dayEveningNight, [day, evening, night])

/** Day-night level [ISO 1996-1]. */
export const ldn = (day: number, night: number): number => rated(dayNight, [day, night])

function rated(parts: readonly { hours: number; penaltyDb: number }[], levels: readonly number[]): number {
  const energies = parts.map(({ hours, penaltyDb }, part) => hours * energyOf((levels[part] ?? Number.NaN) + penaltyDb))
  return levelOf(energies.reduce((sum, energy) => sum + energy, 0) / 24)
}
