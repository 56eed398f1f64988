import type { LoadGateway, LoadPoint, LoadTerminal } from './load.ts'

/** Variants of a terminal's values that take turns: enough for no two neighbours to be alike. */
const variants = 16

/** Makes a gateway's envelopes as JSON, as cheaply as can be: what does not change is text made beforehand. */
export class Payloads {
  readonly #spool: string
  readonly #parts: readonly { readonly head: string; readonly tails: readonly string[] }[]
  #lastAt = 0

  constructor(spool: string, gateway: LoadGateway) {
    this.#spool = spool
    this.#parts = gateway.terminals.map((terminal) => ({
      head: `{"terminal":"${terminal.id}","at":`,
      tails: Array.from({ length: variants }, () => `,"clock":"synced","values":{${valuesOf(terminal)}}}`),
    }))
  }

  /** No two envelopes of a gateway share a time: a series holds one value an instant, and every value sent is to be counted. */
  next(seq: number): string {
    this.#lastAt = Math.max(this.#lastAt + 1, Date.now())
    let samples = ''
    for (const { head, tails } of this.#parts) {
      samples += `${samples && ','}${head}${this.#lastAt}${tails[seq % variants]}`
    }
    return `{"spool":"${this.#spool}","seq":${seq},"config":"bench","samples":[${samples}]}`
  }
}

const valuesOf = ({ points }: LoadTerminal): string => points.map((one) => `"${one.id}":${textOf(one)}`).join(',')

const textOf = ({ middle, decimals }: LoadPoint): string =>
  String(Number((middle * (0.99 + Math.random() * 0.02)).toFixed(decimals)))
