import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'

/** A registration packet that was found. */
export interface Registered {
  readonly dtu: string
  /** The bytes that said so; some DTUs send them again as heartbeat. */
  readonly packet: Buffer
  /** What came behind it. */
  readonly rest: Buffer
  /** More bytes may still make it another name: it ends where the bytes do. */
  readonly mayGrow: boolean
}

/** The 15 digits of an IMEI, or an ICCID, whose 20 places are digits and, on some cards, letters; with the line end some send behind them. */
const usual = /^\s*(?<id>\d{15}|89[0-9A-Za-z]{18})(?![0-9A-Za-z])(?:\r\n|\r|\n)?/
/** A registration packet is no longer; what stands behind is data. */
const longestPacket = 512
/** One of each kind of character a name is made of. */
const moreOfIt = ['0', 'a', 'Z', '_', '-', '.', ' '] as const

/** How the DTUs of one port say who they are, in the first bytes of their connection. */
export class Registration {
  readonly #pattern: RegExp
  readonly #hex: boolean

  constructor({ identify }: Pick<TcpServerTransport, 'identify'>) {
    this.#pattern = identify?.pattern === undefined ? usual : new RegExp(identify.pattern)
    this.#hex = identify?.as === 'hex'
  }

  /** Who sent these first bytes of a connection; undefined when they do not say, or not yet. */
  read(bytes: Buffer): Registered | undefined {
    const text = bytes.toString(this.#hex ? 'hex' : 'latin1', 0, longestPacket)
    const match = this.#pattern.exec(text)
    const dtu = match?.groups?.id
    if (!match || dtu === undefined || dtu === '') return undefined
    const end = match.index + match[0].length
    const place = this.#hex ? Math.ceil(end / 2) : end
    const mayGrow = end === text.length && moreOfIt.some((more) => this.#nameOf(text + this.#written(more)) !== dtu)
    return { dtu, packet: bytes.subarray(0, place), rest: bytes.subarray(place), mayGrow }
  }

  #nameOf(text: string): string | undefined {
    return this.#pattern.exec(text)?.groups?.id
  }

  #written(character: string): string {
    return this.#hex ? Buffer.from(character).toString('hex') : character
  }
}
