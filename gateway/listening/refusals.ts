import type { FrameCheck } from '@civitals/firmware-bridge/frames/frame'
import type { TurnedAway } from './doorway.ts'

/** Why a frame, message or connection is refused: a word of this program, never of a terminal. */
export type Refusal = FrameCheck | TurnedAway

/** Counts what was refused, by why. */
export class Refusals {
  readonly #counts = new Map<Refusal, number>()

  add(why: Refusal): void {
    this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1)
  }

  get counts(): Readonly<Partial<Record<Refusal, number>>> {
    return Object.fromEntries(this.#counts)
  }
}
