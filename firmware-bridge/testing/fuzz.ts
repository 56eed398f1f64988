import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Codec } from '../decode.ts'
import { type ExplainedFrame, type FrameCheck, type FrameFault, frameChecks } from '../frames/frame.ts'
import type { Reseal } from './reseal.ts'

export interface FuzzResult {
  /** Frames made and handed to `explain`, and to one cutter as one stream. */
  readonly frames: number
  readonly valid: number
  readonly refused: Readonly<Record<FrameCheck, number>>
  /** Calls that threw. */
  readonly thrown: number
  /** Faults without a check of the list, without words, or at a byte outside the frame. */
  readonly unreasoned: number
  readonly bytesFed: number
  readonly cut: {
    readonly frames: number
    readonly bytes: number
    readonly refusedBytes: number
    readonly refused: number
  }
  /** Bytes fed that are neither frame nor refused nor between frames nor held: must be 0. */
  readonly bytesLost: number
  /** Good frames planted after rubbish that did not come out. */
  readonly missed: number
  /** Most bytes the cutter kept after a push. */
  readonly heldMost: number
  /** Heap and buffers outside it, after garbage was collected, beside those before. */
  readonly growthBytes: number
  /** Longest single call of explain or push, processor time: what else the machine does does not count. */
  readonly slowestMs: number
  readonly ms: number
  /** What first went wrong, to repeat it by hand. */
  readonly firstFailure?: string
}

/** Small, fast, the same on every machine (xorshift32). */
export function random(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

type Random = ReturnType<typeof random>

const noise = (pick: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => pick(256)))

/** Bytes flipped, overwritten, inserted, left out or repeated in one to four places. */
function mutated(pick: Random, frame: Buffer): Buffer {
  let bytes = Buffer.from(frame)
  for (let times = 1 + pick(4); times > 0 && bytes.length > 0; times--) {
    const place = pick(bytes.length)
    switch (pick(5)) {
      case 0:
        bytes[place] = (bytes[place] ?? 0) ^ (1 << pick(8))
        break
      case 1:
        bytes[place] = pick(256)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, place), noise(pick, 1 + pick(3)), bytes.subarray(place)])
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + pick(3))])
        break
      default:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(pick(bytes.length))])
    }
  }
  return bytes
}

/** The beginning of a good frame, and then its own bytes over and over without its end. */
function endless(pick: Random, frame: Buffer): Buffer {
  const head = frame.subarray(0, Math.max(1, Math.floor(frame.length / 2)))
  const middle = head.subarray(Math.floor(head.length / 2))
  const fill = pick(2) === 0 ? middle : noise(pick, 16).map((byte) => byte & 0x3f)
  return Buffer.concat([head, ...Array.from({ length: 1 + pick(40) }, () => fill)])
}

/** Frame `number` of a run: the kinds take turns, truncation visits every byte of every good frame in turn. */
function made(pick: Random, good: readonly Buffer[], reseal: Reseal, number: number): Buffer {
  const frame = good[pick(good.length)] ?? Buffer.alloc(0)
  switch (number % 6) {
    case 0:
      return noise(pick, pick(80))
    case 1:
      return mutated(pick, frame)
    case 2:
    case 3:
      return reseal(mutated(pick, frame))
    case 4:
      return truncated(good, Math.floor(number / 6))
    default:
      if (pick(4) === 0) return endless(pick, frame)
      return Buffer.concat([frame, pick(2) === 0 ? mutated(pick, frame) : (good[pick(good.length)] ?? frame)])
  }
}

function truncated(good: readonly Buffer[], number: number): Buffer {
  const frame = good[number % good.length] ?? Buffer.alloc(0)
  return frame.subarray(0, Math.floor(number / good.length) % Math.max(1, frame.length))
}

/** A good frame whose middle is repeated until it is about as long as a frame can be, so that codecs meet their longest frames. */
function grown(pick: Random, frame: Buffer, longestBytes: number): Buffer {
  const middle = Math.floor(frame.length / 2)
  const more = pick(Math.max(1, longestBytes - frame.length + 1))
  const fill = frame.subarray(Math.floor(middle / 2), middle)
  return Buffer.concat([
    frame.subarray(0, middle),
    Buffer.alloc(more, fill.length > 0 ? fill : 0),
    frame.subarray(middle),
  ])
}

/** The frames of a run, one after the other. */
export function* madeFrames(good: readonly Buffer[], reseal: Reseal, count: number, seed: number): Generator<Buffer> {
  const pick = random(seed)
  for (let number = 0; number < count; number++) yield made(pick, good, reseal, number)
}

/**
 * Hands `count` made frames to a codec: each to `explain`, and all of them, in chunks that do not respect their borders, to one
 * cutter as one stream. Deterministic for a seed but for times and heap.
 */
export function fuzzCodec(
  codec: Codec,
  good: readonly Buffer[],
  reseal: Reseal,
  count: number,
  seed: number,
): FuzzResult {
  const pick = random(seed)
  const refused = Object.fromEntries(frameChecks.map((check) => [check, 0])) as Record<FrameCheck, number>
  const cut = { frames: 0, bytes: 0, refusedBytes: 0, refused: 0 }
  const cutter = codec.cutter()
  let valid = 0
  let thrown = 0
  let unreasoned = 0
  let bytesFed = 0
  let heldMost = 0
  let missed = 0
  let slowestMs = 0
  let firstFailure: string | undefined
  const fail = (what: string, bytes: Buffer): void => {
    firstFailure ??= `${what}: ${bytes.toString('hex').slice(0, 2000)}`
  }
  const judge = (fault: FrameFault, bytes: Buffer, longest: number): void => {
    const placed = Number.isInteger(fault.byte) && fault.byte >= 0 && fault.byte <= longest
    if (placed && frameChecks.includes(fault.check) && fault.detail !== '') return
    unreasoned++
    fail(`${fault.check} at ${fault.byte} (${fault.detail})`, bytes)
  }
  const timed = <R>(bytes: Buffer, work: () => R): R | undefined => {
    const began = processorMs()
    try {
      return work()
    } catch (error) {
      thrown++
      fail(String(error), bytes)
      return undefined
    } finally {
      slowestMs = Math.max(slowestMs, processorMs() - began)
    }
  }
  const explain = (bytes: Buffer): ExplainedFrame | undefined => {
    const explained = timed(bytes, () => codec.explain(bytes))
    if (explained && !explained.valid) judge(explained, bytes, bytes.length)
    return explained
  }
  const feed = (bytes: Buffer, sought?: Buffer): void => {
    bytesFed += bytes.length
    let found = false
    for (const piece of timed(bytes, () => cutter.push(bytes)) ?? []) {
      if (piece.kind === 'frame') {
        cut.frames++
        cut.bytes += piece.bytes.length
        found ||= sought !== undefined && sought.indexOf(piece.bytes) === 0 && sought.length - piece.bytes.length <= 2
      } else {
        cut.refused++
        cut.refusedBytes += piece.bytes
        judge(piece.fault, bytes, Number.MAX_SAFE_INTEGER)
      }
    }
    heldMost = Math.max(heldMost, cutter.held)
    if (sought && !found) {
      missed++
      fail('a good frame was not found', bytes)
    }
  }
  // After so many zeros nothing of what came before can wait any more.
  const flush = Buffer.alloc(codec.longestBytes)
  collectGarbage()
  const before = memoryBytes()
  const began = performance.now()
  for (let number = 0; number < count; number++) {
    const bytes = made(pick, good, reseal, number)
    const explained = explain(bytes)
    if (explained?.valid) valid++
    else if (explained) refused[explained.check]++
    const middle = pick(bytes.length + 1)
    feed(bytes.subarray(0, middle))
    feed(bytes.subarray(middle))
    if (number % 97 !== 0) continue
    const long = reseal(grown(pick, good[pick(good.length)] ?? Buffer.alloc(0), codec.longestBytes))
    explain(long)
    // Half of them without their end, so that they wait; a text frame is whole before its line end.
    feed(long.subarray(0, pick(2) === 0 ? long.length : -3))
    feed(flush)
    const planted = good[pick(good.length)]
    if (planted) feed(Buffer.concat([planted, flush]), planted)
  }
  const ms = performance.now() - began
  collectGarbage()
  return {
    frames: count,
    valid,
    refused,
    thrown,
    unreasoned,
    bytesFed,
    cut,
    bytesLost: bytesFed - cut.bytes - cut.refusedBytes - cutter.between - cutter.held,
    missed,
    heldMost,
    growthBytes: memoryBytes() - before,
    slowestMs,
    ms,
    ...(firstFailure === undefined ? {} : { firstFailure }),
  }
}

/** Processor time of this thread so far. */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** What is in use, in the heap and in buffers outside it. */
export function memoryBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Makes `collectGarbage` work in a Node that was started without --expose-gc. */
export function exposeGarbageCollection(): void {
  setFlagsFromString('--expose-gc')
  Object.assign(globalThis, { gc: runInNewContext('gc') as () => void })
}

/** Only after `exposeGarbageCollection`; without it figures of memory are rough. Buffers are freed beside the program, and told by the next. */
export function collectGarbage(): void {
  for (let times = 0; times < 3; times++) (globalThis as { gc?: () => void }).gc?.()
}
