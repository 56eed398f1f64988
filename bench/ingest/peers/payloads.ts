import { crc32 } from 'node:zlib'
import { configurationHash, encodeConfigurations } from '../../../contracts/encode-configuration.ts'
import type { LoadGateway, LoadPoint, LoadTerminal } from './load.ts'

/** Variants of a terminal's values that take turns: enough for no two neighbours to be alike. */
const variants = 16

/** Makes a gateway's envelopes as gateways do, JSON with its checksum, as cheaply as can be: what does not change is text made beforehand. */
export class Payloads {
  /** What the gateway tells of its units before the first envelope, on topic kind `config/state`. */
  readonly configurations: Uint8Array
  readonly #config: string
  readonly #spool: string
  readonly #parts: readonly { readonly head: string; readonly tails: readonly string[] }[]
  #lastAt = 0

  constructor(spool: string, gateway: LoadGateway) {
    this.#spool = spool
    const told = configurationOf(gateway)
    this.#config = told.config
    this.configurations = encodeConfigurations([told]) ?? new Uint8Array()
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
    const open = `{"spool":"${this.#spool}","seq":${seq},"config":"${this.#config}","samples":[${samples}]`
    return `${open},"crc":"${crc32(open).toString(16).padStart(8, '0')}"}`
  }
}

function configurationOf({ terminals }: LoadGateway) {
  const pointsOf = ({ points }: LoadTerminal) =>
    Object.fromEntries(points.map(({ id, unit, decimals }) => [id, [unit, 10 ** -decimals] as [string, number]]))
  const content = {
    settings: 'bench',
    sets: Object.fromEntries(terminals.map((terminal) => [terminal.id, pointsOf(terminal)])),
    terminals: Object.fromEntries(terminals.map(({ id }) => [id, id])),
  }
  return { config: configurationHash(content), ...content }
}

const valuesOf = ({ points }: LoadTerminal): string => points.map((one) => `"${one.id}":${textOf(one)}`).join(',')

const textOf = ({ middle, decimals }: LoadPoint): string =>
  String(Number((middle * (0.99 + Math.random() * 0.02)).toFixed(decimals)))
