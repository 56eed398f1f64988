import type { Reply, ResendCommand } from '@civitals/contracts/command'
import type { Spool } from '../spool/spool.ts'

const longestReason = 200

/** Does what the centre asks and says what became of it; never rejects. */
export async function answer({ id, spool, ranges }: ResendCommand, held: Pick<Spool, 'reopen'>): Promise<Reply> {
  const backwards = ranges.find(([from, to]) => from > to)
  if (backwards) return { id, ok: false, reason: `range ${backwards.join('..')} runs backwards` }
  try {
    const { reopened, missing } = await held.reopen(spool, ranges)
    return { id, ok: true, reopened, missing: missing.map(([from, to]) => [from, to]) }
  } catch (error) {
    return { id, ok: false, reason: (error instanceof Error ? error.message : String(error)).slice(0, longestReason) }
  }
}
