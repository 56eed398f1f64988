import type { Sieve } from './sieved-stream.ts'

const publish = 3
const nothing: Buffer = Buffer.alloc(0)

/** Where a packet's variable header begins, and the bytes from there on [MQTT 3.1.1 2.2.3]. */
interface FixedHeader {
  readonly type: number
  readonly quality: number
  readonly length: number
  readonly remaining: number
}

/**
 * Takes the contents out of messages of a broker that are longer than anybody reads, before they fill the memory: a packet may have 256 MB, and
 * MQTT 3.1.1 gives a client no way to say what it takes. The message itself goes on, empty, so that it is receipted and not sent again.
 */
export class PacketSieve implements Sieve {
  readonly #mostBytes: number
  readonly #onRefused: (bytes: number) => void
  #held: Buffer = nothing
  /** Bytes of the packet under way that have not come, and whether they go on. */
  #left = 0
  #passing = true

  /** `mostBytes`: of a message's contents. `onRefused`: told how long one was that has more. */
  constructor(mostBytes: number, onRefused: (bytes: number) => void) {
    this.#mostBytes = mostBytes
    this.#onRefused = onRefused
  }

  /** Never more than the longest topic, 64 KiB. */
  get held(): number {
    return this.#held.length
  }

  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const parts: Buffer[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#left === 0) {
        const begun = this.#begin(bytes.subarray(at))
        if (begun === undefined) break
        parts.push(begun.instead)
        at += begun.taken
      }
      const end = Math.min(bytes.length, at + this.#left)
      if (this.#passing) parts.push(bytes.subarray(at, end))
      this.#left -= end - at
      at = end
    }
    this.#held = Buffer.from(bytes.subarray(at))
    const [only = nothing] = parts.filter(({ length }) => length > 0)
    return parts.length === 1 ? only : Buffer.concat(parts)
  }

  /** The beginning of a packet is none without its rest. */
  flush(): Buffer {
    return nothing
  }

  /** Sees what packet begins here; undefined: more must come to know. `instead` stands for its first `taken` bytes. */
  #begin(bytes: Buffer): { readonly taken: number; readonly instead: Buffer } | undefined {
    const header = fixedHeader(bytes)
    if (header === undefined) return undefined
    const { type, quality, length, remaining } = header
    this.#passing = true
    this.#left = length + remaining
    if (type !== publish || remaining <= this.#mostBytes) return { taken: 0, instead: nothing }
    if (bytes.length < length + 2) return this.#wait()
    const before = 2 + bytes.readUInt16BE(length) + (quality > 0 ? 2 : 0)
    const contents = remaining - before
    if (contents <= this.#mostBytes) return { taken: 0, instead: nothing }
    if (bytes.length < length + before) return this.#wait()
    this.#onRefused(contents)
    this.#passing = false
    this.#left = contents
    const variable = bytes.subarray(length, length + before)
    return {
      taken: length + before,
      instead: Buffer.concat([bytes.subarray(0, 1), remainingLength(before), variable]),
    }
  }

  #wait(): undefined {
    this.#left = 0
  }
}

/** A length that goes on behind its fourth byte is the client's to refuse: all that comes is passed on. */
function fixedHeader(bytes: Buffer): FixedHeader | undefined {
  const first = bytes[0] ?? 0
  let remaining = 0
  for (let place = 0; place < 4; place++) {
    const digit = bytes[1 + place]
    if (digit === undefined) return undefined
    remaining += (digit & 0x7f) * 128 ** place
    if (digit < 0x80) return { type: first >> 4, quality: (first >> 1) & 3, length: 2 + place, remaining }
  }
  return { type: 0, quality: 0, length: 0, remaining: Number.POSITIVE_INFINITY }
}

function remainingLength(count: number): Buffer {
  const digits: number[] = []
  for (let left = count; left > 0 || digits.length === 0; left = Math.floor(left / 128))
    digits.push((left % 128) + (left >= 128 ? 0x80 : 0))
  return Buffer.from(digits)
}
