import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'

/** A registration packet that was found: who it is, and what came behind it. */
export interface Registered {
  readonly dtu: string
  readonly rest: Buffer
}

/** The 15 digits of an IMEI or the 20 of an ICCID, with the line end some send behind them. */
const usual = /^\s*(?<id>\d{15}|\d{20})\s*$/
/** A registration packet is no longer; what is longer is data. */
const longestPacket = 512
/** A heartbeat this short may stand in data by chance. */
const tellingBytes = 4

/**
 * How DTUs of one port say who they are and that they still live. DTUs send a registration packet once connected, some again as heartbeat, others
 * a heartbeat of its own; none of it is for the terminals' protocol.
 */
export class Registration {
  readonly #pattern: RegExp
  readonly #hex: boolean
  readonly #heartbeat: Buffer | undefined

  constructor({ identify, heartbeat }: Pick<TcpServerTransport, 'identify' | 'heartbeat'>) {
    this.#pattern = identify?.pattern === undefined ? usual : new RegExp(identify.pattern)
    this.#hex = identify?.as === 'hex'
    this.#heartbeat = heartbeat === undefined ? undefined : bytesOf(heartbeat)
  }

  /** Who sent these first bytes of a connection; undefined when they do not say, or not yet. */
  read(bytes: Buffer): Registered | undefined {
    if (bytes.length > longestPacket) return undefined
    const match = this.#pattern.exec(bytes.toString(this.#hex ? 'hex' : 'latin1'))
    const dtu = match?.groups?.id
    if (!match || dtu === undefined || dtu === '') return undefined
    const end = match.index + match[0].length
    return { dtu, rest: bytes.subarray(this.#hex ? Math.ceil(end / 2) : end) }
  }

  /** What of a chunk is for the terminals' protocol: all but heartbeats, and the registration packet of `dtu` sent again. */
  keep(chunk: Buffer, dtu: string): Buffer {
    let kept = chunk
    const beat = this.#heartbeat
    if (beat) {
      const telling = beat.length >= tellingBytes
      while (kept.length === beat.length || telling) {
        if (kept.length >= beat.length && kept.subarray(0, beat.length).equals(beat)) kept = kept.subarray(beat.length)
        else if (kept.length > beat.length && kept.subarray(-beat.length).equals(beat))
          kept = kept.subarray(0, -beat.length)
        else break
      }
      if (!telling && isRepeated(kept, beat)) return kept.subarray(0, 0)
    }
    return kept.length > 0 && this.read(kept)?.dtu === dtu ? kept.subarray(0, 0) : kept
  }
}

/** Heartbeats that the network put together. */
function isRepeated(chunk: Buffer, beat: Buffer): boolean {
  if (chunk.length % beat.length !== 0) return false
  for (let from = 0; from < chunk.length; from += beat.length)
    if (!chunk.subarray(from, from + beat.length).equals(beat)) return false
  return true
}

const bytesOf = (written: string): Buffer =>
  written.startsWith('0x') ? Buffer.from(written.slice(2), 'hex') : Buffer.from(written)
