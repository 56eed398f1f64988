// Crash images: a program is recorded at work, its folder rebuilt as a power loss at random instants would have left it, and opened by the real engine.
import { join } from 'node:path'
import type { Check, Said } from './checks.ts'
import { type Random, RecordedDisk } from './disk.ts'
import { layOut } from './record.ts'
import type { Operation } from './trace.ts'

export interface CrashImages {
  readonly operations: number
  readonly instants: number
  readonly images: number
  /** Numbers reported by the whole run. */
  readonly reported: number
  readonly failures: readonly string[]
}

export interface CrashOptions {
  readonly operations: readonly Operation[]
  /** The folder that was recorded. */
  readonly root: string
  /** Where images are laid out. */
  readonly scratch: string
  readonly instants: number
  /** Images an instant beside the strictest one: with some of what was never flushed, in part torn. */
  readonly lucky: number
  readonly random: Random
  readonly check: Check
}

/** Opens every image; what was reported before the instant must be there. */
export async function openCrashImages(options: CrashOptions): Promise<CrashImages> {
  const { operations, instants, lucky, random, scratch, root, check } = options
  const places = new Set(Array.from({ length: instants }, () => Math.floor(random() * operations.length)))
  const disk = new RecordedDisk()
  const failures: string[] = []
  let said: Said = { done: 0, acknowledged: 0 }
  for (const [place, operation] of operations.entries()) {
    disk.apply(operation)
    if (operation.kind === 'said') said = heard(said, operation.text)
    if (!places.has(place)) continue
    for (let image = 0; image <= lucky; image++) {
      layOut(disk.image(image === 0 ? undefined : random), root, join(scratch, 'image'))
      const kind = image === 0 ? 'only what was flushed' : 'some of the rest'
      const wrong = await check(join(scratch, 'image'), said).catch((error: unknown) => [String(error)])
      failures.push(...wrong.slice(0, 5).map((text) => `operation ${place}, ${kind}: ${text}`))
    }
  }
  const images = places.size * (1 + lucky)
  return { operations: operations.length, instants: places.size, images, reported: said.done, failures }
}

function heard(said: Said, text: string): Said {
  let { done, acknowledged } = said
  for (const [, sign, number] of text.matchAll(/^([+a])(\d+)$/gm)) {
    if (sign === '+') done = Number(number)
    else acknowledged = Number(number)
  }
  return { done, acknowledged }
}
