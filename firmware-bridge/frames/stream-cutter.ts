import type { FrameCutter, FrameFault, Piece } from './frame.ts'

/** What the bytes from a possible start on can be. */
export type Look =
  | { readonly kind: 'frame'; readonly length: number }
  /** Line ends and the like, which stand between frames by right. */
  | { readonly kind: 'between'; readonly length: number }
  /** May still become a frame. Said only of fewer bytes than the longest frame has. */
  | { readonly kind: 'more' }
  | { readonly kind: 'none'; readonly fault: FrameFault }

/** How frames of one protocol stand in a stream. Both functions are pure and take any bytes. */
export interface FrameShape {
  /** First place from `from` on where a frame may begin, also one whose start mark is cut off by the end; -1 for none. */
  find(bytes: Buffer, from: number): number
  /** `bytes` begin where `find` said. */
  look(bytes: Buffer): Look
}

const rubbish: FrameFault = { check: 'start', byte: 0, detail: 'bytes before the start of a frame' }

/**
 * The cutter of protocols whose frames can be judged from their own bytes. A start that leads to no frame is given up together
 * with what follows it up to the next possible start, so that a damaged frame counts once, under the check it failed.
 */
export class StreamCutter implements FrameCutter {
  readonly #shape: FrameShape
  #kept: Buffer = Buffer.alloc(0)
  #between = 0

  constructor(shape: FrameShape) {
    this.#shape = shape
  }

  get held(): number {
    return this.#kept.length
  }

  get between(): number {
    return this.#between
  }

  push(chunk: Uint8Array): readonly Piece[] {
    const bytes = Buffer.concat([this.#kept, chunk])
    const pieces: Piece[] = []
    let from = 0
    while (from < bytes.length) {
      const start = this.#nextStart(bytes, from)
      if (start > from) pieces.push({ kind: 'refused', fault: rubbish, bytes: start - from })
      from = start
      if (from === bytes.length) break
      const rest = bytes.subarray(from)
      const look = this.#shape.look(rest)
      if (look.kind === 'more') break
      if (look.kind === 'frame') {
        pieces.push({ kind: 'frame', bytes: Buffer.from(rest.subarray(0, look.length)) })
        from += look.length
      } else if (look.kind === 'between') {
        this.#between += look.length
        from += look.length
      } else {
        const next = this.#nextStart(bytes, from + 1)
        pieces.push({ kind: 'refused', fault: look.fault, bytes: next - from })
        from = next
      }
    }
    // A copy: a view would keep the whole chunk alive for the few bytes that wait.
    this.#kept = Buffer.from(bytes.subarray(from))
    return pieces
  }

  reset(): void {
    this.#kept = Buffer.alloc(0)
  }

  #nextStart(bytes: Buffer, from: number): number {
    const start = this.#shape.find(bytes, from)
    return start < 0 ? bytes.length : start
  }
}
