import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs'

/** The end of DuckDB's log that a power loss had torn, cut off and kept beside it. */
export interface TornLog {
  readonly log: string
  /** Where the good part ends, in bytes; what was committed stands before it. */
  readonly position: number
  readonly cutBytes: number
  readonly keptAs: string
}

/** An entry of the log whose content does not hold: where the content begins, and the checksum written before it. */
export interface TornEntry {
  readonly contentAt: number
  readonly checksum: bigint
}

// DuckDB takes a log that ends early as one whose last commit never happened, and refuses one whose end is there in part: blocks that reached the
// disk before others (found by crash images). No flushed commit is in either: the entry named is the first that does not hold.
const torn = /Corrupt WAL file: entry at byte position (\d+) .*stored checksum (\d+)/

/** Before each entry stand its size and its checksum, 8 bytes each, low byte first [DuckDB src/storage/wal_replay.cpp]. */
const headBytes = 16

/** Which entry does not hold, when that is why the file could not be opened. */
export function tornEntry(error: unknown): TornEntry | undefined {
  const [, contentAt, checksum] = torn.exec(error instanceof Error ? error.message : '') ?? []
  return contentAt === undefined || checksum === undefined
    ? undefined
    : { contentAt: Number(contentAt), checksum: BigInt(checksum) }
}

/**
 * Cuts a log before the entry; what stood there is kept in a file beside it, on the disk before anything is cut. Undefined, with nothing
 * touched, when the log is not laid out as it is known here.
 */
export function cutLog(log: string, { contentAt, checksum }: TornEntry): TornLog | undefined {
  const file = openSync(log, 'r+')
  try {
    const position = contentAt - headBytes
    const rest = position < 0 ? Buffer.alloc(0) : readFrom(file, position)
    if (rest.length < headBytes || rest.readBigUInt64LE(headBytes / 2) !== checksum) return undefined
    const keptAs = `${log}.torn`
    writeFileSync(keptAs, rest, { flush: true })
    ftruncateSync(file, position)
    fsyncSync(file)
    return { log, position, cutBytes: rest.length, keptAs }
  } finally {
    closeSync(file)
  }
}

function readFrom(file: number, position: number): Buffer {
  const rest = Buffer.alloc(Math.max(0, fstatSync(file).size - position))
  let length = 0
  while (length < rest.length) {
    const read = readSync(file, rest, length, rest.length - length, position + length)
    if (read === 0) break
    length += read
  }
  return rest.subarray(0, length)
}
