/** A packet this short, or of one byte repeated, may stand in data by chance. */
const tellingBytes = 4
const nothing: Buffer = Buffer.alloc(0)

/** What of a stretch of bytes is data, and what at its end may be the beginning of a packet. */
interface Cut {
  readonly data: Buffer
  readonly held: Buffer
}

/**
 * Takes what a DTU says itself out of the bytes of its terminals: its heartbeat wherever it stands, torn or in the middle of a reply, and
 * its registration packet sent again where a chunk begins with it, for a terminal may have that number in its registers. A heartbeat that may
 * stand in data by chance is taken out only where nothing else comes with it.
 */
export class DtuPackets {
  readonly #cut: (bytes: Buffer) => Cut
  readonly #registration: Buffer
  #held: Buffer = nothing

  /** `heartbeat`: as a configuration writes it, text or 0xFE01. `registration`: the packet by which the DTU named itself. */
  constructor(heartbeat: string | undefined, registration: Buffer = nothing) {
    const beat = heartbeat === undefined ? nothing : bytesOf(heartbeat)
    const telling = beat.length >= tellingBytes && beat.some((byte) => byte !== beat[0])
    this.#cut = (bytes) => (telling ? withoutAll(bytes, beat) : unlessOnly(bytes, beat))
    this.#registration = Buffer.from(registration)
  }

  /** Bytes kept back until more come. */
  get held(): number {
    return this.#held.length
  }

  /** What of the bytes so far is for the terminals' protocol. */
  push(chunk: Buffer): Buffer {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const bytes = all.subarray(repeats(this.#registration, all))
    const { data, held } = begins(this.#registration, bytes) ? { data: nothing, held: bytes } : this.#cut(bytes)
    this.#held = Buffer.from(held)
    return data
  }

  /** Nothing more came: what was kept back was data. */
  flush(): Buffer {
    const held = this.#held
    this.#held = nothing
    return held
  }
}

function withoutAll(bytes: Buffer, packet: Buffer): Cut {
  const parts: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(packet); at >= 0; at = bytes.indexOf(packet, from)) {
    parts.push(bytes.subarray(from, at))
    from = at + packet.length
  }
  let end = Math.max(from, bytes.length - packet.length + 1)
  while (end < bytes.length && !begins(packet, bytes.subarray(end))) end++
  return { data: Buffer.concat([...parts, bytes.subarray(from, end)]), held: bytes.subarray(end) }
}

function unlessOnly(bytes: Buffer, packet: Buffer): Cut {
  const rest = bytes.subarray(repeats(packet, bytes))
  if (rest.length === 0) return { data: nothing, held: nothing }
  return begins(packet, rest) ? { data: nothing, held: bytes } : { data: bytes, held: nothing }
}

/** Length of the packets, one behind the other, with which the bytes begin. */
function repeats(packet: Buffer, bytes: Buffer): number {
  let end = 0
  while (packet.length > 0 && bytes.subarray(end, end + packet.length).equals(packet)) end += packet.length
  return end
}

/** The bytes are the beginning of the packet, and not all of it. */
const begins = (packet: Buffer, bytes: Buffer): boolean =>
  bytes.length > 0 && bytes.length < packet.length && packet.subarray(0, bytes.length).equals(bytes)

const bytesOf = (written: string): Buffer =>
  written.startsWith('0x') ? Buffer.from(written.slice(2), 'hex') : Buffer.from(written)
