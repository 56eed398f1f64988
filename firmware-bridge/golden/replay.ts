import { type Problem, placer } from '@civitals/contracts/document'
import type { Profile } from '../profile.ts'
import { CaseError, type Difference, differences } from './case.ts'
import { replayElements } from './replay-elements.ts'
import { replayModbus } from './replay-modbus.ts'

/** How a golden case went. `points`: those that had a value. */
export interface CaseReport {
  readonly problems: readonly Problem[]
  readonly points: readonly string[]
}

/**
 * Replays a golden case, the text of `<id>/golden/<case>.yaml`, through the line, the session and the reader a gateway runs, in
 * virtual time. Whatever is read otherwise than the file says is a problem at its place; nothing is thrown for what a person wrote.
 */
export async function replayCase(profile: Profile, text: string, file: string): Promise<CaseReport> {
  const placed = (found: readonly Difference[]): Problem[] => {
    const place = placer(text, file)
    return found.map(({ keys, message }) => place(keys, message))
  }
  try {
    const replay =
      profile.protocol === 'modbus' ? replayModbus(profile, text, file) : replayElements(profile, text, file)
    const { wanted, got, points } = await replay
    return { problems: placed(differences(wanted, got)), points }
  } catch (error) {
    if (error instanceof CaseError) return { problems: [...error.problems, ...placed(error.found)], points: [] }
    throw error
  }
}
