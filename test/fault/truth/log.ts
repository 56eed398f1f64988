// The ground truth as the feeder wrote it.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Offered {
  readonly number: number
  readonly terminal: string
  /** As the box's clock stamped it. */
  readonly at: number
  readonly trueAt: number
  readonly unsynced: boolean
  readonly depth: number
  /** Where the spool put it; undefined while no commit was reported: it may have been committed all the same. */
  spool?: string
  seq?: number
}

export interface GroundTruth {
  readonly offered: ReadonlyMap<number, Offered>
  readonly committed: number
  readonly spools: readonly string[]
}

/** Reads the log; a line that was cut by a kill says nothing. */
export async function readTruth(file: string): Promise<GroundTruth> {
  const offered = new Map<number, Offered>()
  const spools = new Set<string>()
  let committed = 0
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [kind, ...words] = line.split(' ')
    if (kind === 's' && words[0]) spools.add(words[0])
    if (kind === 'o' && words.length === 6) {
      const [number, at, trueAt, depth] = [words[0], words[2], words[3], words[5]].map(Number) as [
        number,
        number,
        number,
        number,
      ]
      offered.set(number, { number, terminal: words[1] ?? '', at, trueAt, unsynced: words[4] === 'unsynced', depth })
    }
    if (kind !== 'c') continue
    const [spool = '', seq, ...numbers] = words
    for (const number of numbers) {
      const one = offered.get(Number(number))
      if (!one) continue
      one.spool = spool
      one.seq = Number(seq)
      committed++
    }
  }
  return { offered, committed, spools: [...spools] }
}
