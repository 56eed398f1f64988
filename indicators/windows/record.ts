/** Numbers one after the other as bytes: what is kept of windows across a restart. Read back in the order in which they were written. */
export class Recorder {
  #bytes = Buffer.allocUnsafe(4096)
  #length = 0

  /** A whole number >= 0: small ones take one byte. */
  whole(value: number): void {
    this.#room(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  /** Any number, bit by bit. */
  number(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  /** A time or none. */
  time(value: number | null): void {
    this.number(value ?? Number.NaN)
  }

  /** A copy of what was written; the recorder begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const wider = Buffer.allocUnsafe(2 * this.#bytes.length)
    this.#bytes.copy(wider, 0, 0, this.#length)
    this.#bytes = wider
  }
}

/** Reads what a recorder wrote. Errors: RangeError beyond the end. */
export class Playback {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  whole(): number {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('the record ends too early')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 0x80
    }
  }

  number(): number {
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  time(): number | null {
    const value = this.number()
    return Number.isNaN(value) ? null : value
  }

  /** Whether everything has been read. */
  get ended(): boolean {
    return this.#at === this.#bytes.length
  }
}
