import type { Ending } from '../stage/process.ts'

/** What a scenario gets to work with. */
export interface Workshop extends Ending {
  /** A folder of its own, removed afterwards. */
  readonly folder: string
  /** Same seed, same faults at the same places of the plan; instants of a real machine differ. */
  readonly seed: number
  /** Share of the full size to run, 1 = full; the scenario says in its figures what it ran. */
  readonly scale: number
  /** One line for whoever waits. */
  say(line: string): void
}

/** What a scenario found. */
export interface Outcome {
  readonly held: boolean
  /** In words: what was counted, beside the target. */
  readonly seen: string
  readonly figures: Readonly<Record<string, number | string>>
}

/** One line of the list of `npm run fault`. `run` throws when it could not be carried out at all. */
export interface Scenario {
  readonly name: string
  /** What must hold, in words. */
  readonly target: string
  /** About so long at full size. */
  readonly minutes: number
  run(workshop: Workshop): Promise<Outcome>
}

/** The number for full size, at the scale asked, never below the least that still shows something. */
export const scaled = (full: number, scale: number, least = 1): number => Math.max(least, Math.round(full * scale))
