import type { Clock } from '@civitals/contracts/clock'
import { crcHolds, withCrc } from '../modbus/crc.ts'
import { exceptionFlag } from '../modbus/pdu.ts'
import type { Link } from '../wire/link.ts'

export interface UnitScanOptions {
  readonly link: Link
  readonly clock: Clock
  /** Time of one character, ms. */
  readonly characterMs: number
  /** Silence between frames, ms. */
  readonly gapMs: number
  readonly units: readonly number[]
  /** Called after each unit was asked in the quick round. */
  readonly onAsked?: (unit: number) => void
  readonly signal?: AbortSignal
}

/** A unit that answered. */
export interface FoundUnit {
  readonly unit: number
  /** It refused the read of register 0, which shows just as well that it is there. */
  readonly exception?: number
}

export interface UnitScan {
  readonly found: readonly FoundUnit[]
  /** Bytes that belong to no good frame: another speed or parity, two terminals at once, a line with its wires crossed. */
  readonly strayBytes: number
}

/** Read holding register 0: the cheapest question every terminal answers, be it with an exception [MODBUS 6.3]. */
const probe = (unit: number): Buffer => withCrc(Buffer.from([unit, 3, 0, 0, 0, 1]))
const probeCharacters = 8
/** Unit, function, byte count, register, CRC; and unit, function, code, CRC. */
const answerLength = 7
const exceptionLength = 5

/**
 * How long the quick round listens for the first byte behind a question: 5 ms of a terminal's usual turnaround and the 16 ms in which
 * USB adapters deliver. Slower ones answer into the next question's time, where their unit id still names them.
 */
const quickWaitMs = 21
/** A frame that has begun is heard to its end: this long after its last byte, and no longer than this in all. */
const quietMs = 10
const longestFrameMs = 60
/** How long a unit is waited for that may have been spoken over. */
const patientWaitMs = 300
/** A late answer is at most this many questions old. */
const suspectsBack = 8

/**
 * Finds the terminals of one line at one speed. A quick round asks one unit after the other without waiting for those that are not
 * there; whatever is heard that is no answer puts the units asked last on a list, and those are asked again with patience.
 */
export async function scanUnits(options: UnitScanOptions): Promise<UnitScan> {
  const ear = new Ear(options)
  try {
    const quickMs = probeCharacters * options.characterMs + options.gapMs + quickWaitMs
    const asked: number[] = []
    const suspects = new Set<number>()
    for (const unit of options.units) {
      await ear.ask(unit, quickMs)
      asked.push(unit)
      for (const one of ear.disturbed() ? asked.slice(-suspectsBack) : []) suspects.add(one)
      options.onAsked?.(unit)
    }
    await ear.ask(undefined, patientWaitMs)
    for (const one of ear.disturbed() ? asked.slice(-suspectsBack) : []) suspects.add(one)
    for (const unit of suspects) {
      if (!ear.found.has(unit)) await ear.ask(unit, probeCharacters * options.characterMs + patientWaitMs)
    }
    return { found: [...ear.found.values()].sort((a, b) => a.unit - b.unit), strayBytes: ear.strayBytes }
  } finally {
    ear.close()
  }
}

/** What is heard on the line, answers told from the rest. */
class Ear {
  readonly found = new Map<number, FoundUnit>()
  strayBytes = 0
  readonly #options: UnitScanOptions
  readonly #scanned: ReadonlySet<number>
  #buffer: Buffer = Buffer.alloc(0)
  #disturbed = false
  #heard: (() => void) | undefined

  constructor(options: UnitScanOptions) {
    this.#options = options
    this.#scanned = new Set(options.units)
    options.link.stream.on('data', this.#receive)
  }

  /**
   * Asks one unit and listens; an answer ends the wait early, a frame that has begun prolongs it until the line is quiet. Without a unit
   * it only listens.
   */
  async ask(unit: number | undefined, waitMs: number): Promise<void> {
    const { clock, link } = this.#options
    this.#stray(this.#buffer.length)
    this.#buffer = Buffer.alloc(0)
    if (unit !== undefined) link.stream.write(probe(unit))
    const until = clock.mono() + waitMs
    while (clock.mono() < until && !(unit !== undefined && this.found.has(unit)))
      await this.#listen(until - clock.mono())
    const end = clock.mono() + longestFrameMs
    while (this.#buffer.length > 0 && clock.mono() < end) if (!(await this.#listen(quietMs))) break
    if (unit !== undefined && this.found.has(unit)) await this.#listen(this.#options.gapMs)
  }

  /** Resolves with the next bytes, true, or after `waitMs` in vain, false. */
  #listen(waitMs: number): Promise<boolean> {
    const { clock, signal } = this.#options
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        timer.cancel()
        this.#heard = undefined
        signal?.removeEventListener('abort', stop)
        finish()
      }
      const stop = (): void => settle(() => reject(signal?.reason))
      const timer = clock.after(waitMs, () => settle(() => resolve(false)))
      this.#heard = () => settle(() => resolve(true))
      if (signal?.aborted) return stop()
      signal?.addEventListener('abort', stop)
    })
  }

  /** Whether something was heard since the last call that was no answer. */
  disturbed(): boolean {
    const disturbed = this.#disturbed || this.#buffer.length > 0
    this.#disturbed = false
    return disturbed
  }

  close(): void {
    this.#options.link.stream.off('data', this.#receive)
  }

  readonly #receive = (chunk: Buffer): void => {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    for (let from = 0; from + exceptionLength <= this.#buffer.length; from++) {
      const end = from + this.#lengthAt(from)
      if (end > this.#buffer.length || end === from || !crcHolds(this.#buffer, from, end)) continue
      const unit = this.#buffer.readUInt8(from)
      const exception = end - from === exceptionLength ? this.#buffer.readUInt8(from + 2) : undefined
      this.found.set(unit, { unit, ...(exception !== undefined && { exception }) })
      this.#stray(from)
      this.#buffer = this.#buffer.subarray(end)
      from = -1
    }
    this.#heard?.()
  }

  /** Length of the answer that may begin at `from`; 0 when none can. An echo of the question has no such head. */
  #lengthAt(from: number): number {
    if (!this.#scanned.has(this.#buffer.readUInt8(from))) return 0
    const [code, third] = [this.#buffer.readUInt8(from + 1), this.#buffer.readUInt8(from + 2)]
    if (code === 3 && third === 2) return answerLength
    return code === (3 | exceptionFlag) ? exceptionLength : 0
  }

  #stray(bytes: number): void {
    this.strayBytes += bytes
    if (bytes > 0) this.#disturbed = true
  }
}
