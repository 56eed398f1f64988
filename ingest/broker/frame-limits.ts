/** Largest whole packet before the peer has proved who it is: a CONNECT with a will fits many times over. */
export const maxPacketBeforeLogin: number = 4 * 1024

/** What may stand before the payload of a PUBLISH: fixed header, topic, packet id, with room to spare. */
export const maxPublishHeader: number = 1024

const connect = 1

/**
 * Follows the lengths of the MQTT control packets in a byte stream without keeping any of it [MQTT-3.1.1 2.2]. `limit` is the
 * largest packet allowed from now on, in bytes after the fixed header.
 */
export class FrameLimits {
  limit: number = maxPacketBeforeLogin
  /** Packets begun so far. */
  packets = 0
  #first = true
  #body = 0
  #length = 0
  #shift = -1

  /** What is wrong with `chunk`, the next bytes of the stream; undefined when nothing is. After a fault the stream is lost. */
  check(chunk: Uint8Array): string | undefined {
    let place = 0
    while (place < chunk.length) {
      if (this.#body > 0) {
        const part = Math.min(this.#body, chunk.length - place)
        this.#body -= part
        place += part
        continue
      }
      const fault = this.#header(chunk[place++] as number)
      if (fault) return fault
    }
    return undefined
  }

  /** One byte of a fixed header: packet type, then one to four bytes of remaining length [MQTT-3.1.1 2.2.3]. */
  #header(byte: number): string | undefined {
    if (this.#shift < 0) {
      if (this.#first && byte >> 4 !== connect) return 'the first packet is no CONNECT'
      this.#first = false
      this.packets++
      this.#length = 0
      this.#shift = 0
      return undefined
    }
    this.#length += (byte & 0x7f) * 2 ** this.#shift
    this.#shift += 7
    if (this.#length > this.limit) return `packet of ${this.#length} bytes or more, at most ${this.limit}`
    if (byte & 0x80) return this.#shift > 21 ? 'remaining length of more than four bytes' : undefined
    this.#body = this.#length
    this.#shift = -1
    return undefined
  }
}
