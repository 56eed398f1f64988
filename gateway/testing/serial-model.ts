import { type Clock, sleep } from '@civitals/contracts/clock'
import type { ModbusLine, ModbusOutcome, ModbusRead, ModbusRequest } from '@civitals/firmware-bridge/modbus/line'

export interface SerialModelOptions {
  readonly clock: Clock
  readonly baud: number
  /** How long a terminal takes to begin its reply. */
  readonly turnaroundMs: number
  /** Patience beyond the time of both frames. */
  readonly patienceMs?: number
  /** Silence after a transaction that brought nothing. */
  readonly quietMs?: number
}

export interface Spent {
  readonly unit: number
  readonly from: number
  readonly to: number
  readonly ok: boolean
}

/**
 * A serial line as arithmetic: what a transaction costs in characters, gaps and turnaround [MODBUS SERIAL 2.5.1.1], without a byte
 * moving. For questions of scheduling over hours of virtual time; units in `dead` say nothing.
 */
export class SerialModel implements ModbusLine {
  readonly dead = new Set<number>()
  readonly spent: Spent[] = []
  readonly #options: Required<SerialModelOptions>
  #quietUntil = 0
  #inFlight = 0

  constructor(options: SerialModelOptions) {
    this.#options = { patienceMs: 250, quietMs: 300, ...options }
  }

  get health(): ModbusLine['health'] {
    const timeouts = this.spent.filter(({ ok }) => !ok).length
    const counts = { crcErrors: 0, exceptions: 0, linkErrors: 0, connects: 1 }
    return { connected: true, transactions: this.spent.length, timeouts, ...counts }
  }

  async transact(request: ModbusRequest, signal?: AbortSignal): Promise<ModbusOutcome> {
    const { unit, count } = request as ModbusRead
    const { clock, turnaroundMs, patienceMs, quietMs } = this.#options
    if (++this.#inFlight > 1) throw new Error('two transactions at once on a serial line')
    const from = clock.mono()
    const ok = !this.dead.has(unit)
    const frames = this.characterMs * (8 + 5 + 2 * count) + 2 * this.gapMs
    const takesMs = Math.max(0, this.#quietUntil - from) + frames + (ok ? turnaroundMs : patienceMs)
    const ended = await sleep(clock, takesMs, signal).then(
      () => true,
      () => false,
    )
    this.#inFlight--
    if (!ended) return { ok: false, kind: 'aborted' }
    this.spent.push({ unit, from, to: clock.mono(), ok })
    if (!ok) this.#quietUntil = clock.mono() + quietMs
    if (!ok) return { ok, kind: 'timeout' }
    const wireMs = this.characterMs * (5 + 2 * count)
    return { ok, registers: Array.from({ length: count }, () => unit), arrivedAt: clock.now(), wireMs, turnaroundMs }
  }

  async close(): Promise<void> {}

  /** 8N1: ten bits. */
  get characterMs(): number {
    return 10_000 / this.#options.baud
  }

  get gapMs(): number {
    return this.#options.baud > 19_200 ? 1.75 : 3.5 * this.characterMs
  }
}
