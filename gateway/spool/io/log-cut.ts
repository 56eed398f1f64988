// The engine's log (WAL) ends for it at the first frame that is not whole; what stands behind was committed once, or was on its way
// [sqlite.org/fileformat2.html, section 4].
const headerBytes = 32
const frameHeaderBytes = 24

/**
 * Highest number of `spool` in the accounts of frames behind a broken one; 0: the log is whole. Numbers up to there may have been reported
 * as given, and the engine will not know of them: it reads the log up to the broken frame, without a word.
 */
export function numberBehindCut(log: Buffer, spool: string): number {
  if (log.length < headerBytes) return 0
  const pageBytes = log.readUInt32BE(8)
  const frameBytes = frameHeaderBytes + pageBytes
  if (!isPageSize(pageBytes)) return highestIn(log, spool)
  const wholeFrames = countWhole(log, frameBytes)
  const behind: Buffer[] = []
  for (let at = headerBytes + wholeFrames * frameBytes; at < log.length; at += frameBytes) {
    const frame = log.subarray(at, at + frameBytes)
    if (frame.length > frameHeaderBytes && hasSaltsOf(log, frame)) behind.push(frame)
  }
  return Math.max(0, ...behind.map((frame) => highestIn(frame, spool)))
}

const isPageSize = (bytes: number): boolean => bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0

/** Frames of an earlier round of the log have other salts: they stand behind the end and mean nothing. */
const hasSaltsOf = (log: Buffer, frame: Buffer): boolean => frame.subarray(8, 16).equals(log.subarray(16, 24))

/** Frames from the beginning whose salts and running checksum hold. */
function countWhole(log: Buffer, frameBytes: number): number {
  // The lowest bit of the magic number says in which order the checksum reads words.
  const bigEndian = (log.readUInt32BE(0) & 1) === 1
  let sum = checksum(log, 0, 24, [0, 0], bigEndian)
  if (log.readUInt32BE(24) !== sum[0] || log.readUInt32BE(28) !== sum[1]) return 0
  let count = 0
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes, count++) {
    const frame = log.subarray(at, at + frameBytes)
    if (!hasSaltsOf(log, frame)) break
    sum = checksum(frame, 0, 8, sum, bigEndian)
    sum = checksum(frame, frameHeaderBytes, frameBytes, sum, bigEndian)
    if (frame.readUInt32BE(16) !== sum[0] || frame.readUInt32BE(20) !== sum[1]) break
  }
  return count
}

type Sum = readonly [number, number]

function checksum(bytes: Buffer, from: number, to: number, [first, second]: Sum, bigEndian: boolean): Sum {
  let [a, b] = [first, second]
  for (let at = from; at < to; at += 8) {
    const [x, y] = bigEndian
      ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
      : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
    a = (a + x + b) >>> 0
    b = (b + y + a) >>> 0
  }
  return [a, b]
}

/** The accounts begin with these words wherever they stand in a page. */
function highestIn(bytes: Buffer, spool: string): number {
  const words = `{"spool":"${spool}","newestSeq":`
  let highest = 0
  for (let at = bytes.indexOf(words); at >= 0; at = bytes.indexOf(words, at + 1)) {
    const digits = /^\d{1,16}/.exec(bytes.toString('latin1', at + words.length, at + words.length + 16))?.[0]
    highest = Math.max(highest, Number(digits ?? 0))
  }
  return highest
}
