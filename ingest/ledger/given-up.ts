import type { EpochMs } from '@civitals/contracts/clock'
import type { SpoolGap } from './store.ts'

/** A reading the centre itself gives up, by the envelope it came in. */
export interface GivenUp {
  readonly gateway: string
  readonly spool: string
  readonly seq: number
  readonly at: EpochMs
  /** Its number while it was set aside; absent: it never was. */
  readonly n?: number
}

/** Older than the series store keeps readings. */
export const tooOldToKeep = 'older than readings are kept'
export const asideTooLong = 'set aside for too long'

/** Gap records of readings given up: one for each run of numbers of a spool. */
export function gapsOf(given: readonly GivenUp[], reason: string): readonly SpoolGap[] {
  return [...Map.groupBy(given, ({ gateway, spool }) => `${gateway}/${spool}`).values()].flatMap((ofSpool) =>
    runsOf(ofSpool.toSorted((a, b) => a.seq - b.seq)).map((run) => gapOf(run, reason)),
  )
}

function runsOf(bySeq: readonly GivenUp[]): readonly (readonly GivenUp[])[] {
  const runs: GivenUp[][] = []
  for (const one of bySeq) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run && last && one.seq - last.seq <= 1) run.push(one)
    else runs.push([one])
  }
  return runs
}

function gapOf(run: readonly GivenUp[], reason: string): SpoolGap {
  const [{ gateway, spool, seq: fromSeq, at }] = run as readonly [GivenUp]
  const gap = { fromSeq, toSeq: fromSeq, readings: run.length, from: at, to: at, reason }
  for (const one of run) {
    gap.toSeq = one.seq
    gap.from = Math.min(gap.from, one.at)
    gap.to = Math.max(gap.to, one.at)
  }
  const aside = run.flatMap(({ n }) => n ?? [])
  return { gateway, spool, gap, ...(aside.length > 0 && { aside: Math.min(...aside) }) }
}
