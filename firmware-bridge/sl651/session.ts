import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import { beijingMinutes } from '../frames/local-time.ts'
import type { PushSession, PushSessionOptions, Received, TerminalReport } from '../frames/session.ts'
import { Sl651Cutter } from './cutter.ts'
import { decodeSl651, type EndMark, encodeSl651, type Sl651Frame } from './frame.ts'
import { type MissingPacket, PacketJoiner } from './joining.ts'
import { parseBody } from './parse-body.ts'
import { reportsOf } from './reports.ts'

export interface Sl651SessionOptions extends PushSessionOptions {
  /**
   * Confirm with ESC instead of EOT: the station keeps its radio on for 10 minutes, which costs its battery
   * [SL 651-2014 table 10]. Default: false.
   */
  readonly stayOnline?: boolean
}

const keepsLink = 0x2f
const periodQuery = 0x38
/** Stations beyond this number: what was heard first is forgotten. */
const mostStations = 256
/** A clock this far ahead is wrong; it must not make everything true look late. */
const mostAheadMs = 600_000

interface Findings {
  readonly answers: Buffer[]
  readonly reports: TerminalReport[]
  readonly refused: FrameFault[]
  readonly heard: string[]
}

/**
 * The centre's side of a conversation with hydrological stations [SL 651-2014 6.3]: confirms what came (modes M2 and M4: ACK while more follows,
 * else EOT), joins packets and asks for the missing ones (M3: NAK), reports observed values with the station's own times. A frame whose
 * body cannot be read, or with another password than `password` (four hexadecimal digits), is refused and not confirmed. Stations of mode M1 do
 * not listen; a confirmation does them no harm.
 */
export class Sl651Session implements PushSession {
  readonly #options: Sl651SessionOptions
  readonly #cutter = new Sl651Cutter()
  readonly #joiner = new PacketJoiner()
  /** Newest observation of each station. */
  readonly #latest = new Map<string, EpochMs>()

  constructor(options: Sl651SessionOptions = {}) {
    this.#options = options
  }

  receive(chunk: Uint8Array, now: EpochMs): Received {
    const findings: Findings = { answers: [], reports: [], refused: this.#joiner.expired(now), heard: [] }
    for (const piece of this.#cutter.push(chunk)) {
      const decoded = piece.kind === 'frame' ? decodeSl651(piece.bytes) : { ok: false as const, fault: piece.fault }
      if (decoded.ok) this.#take(decoded.message, now, findings)
      else findings.refused.push(decoded.fault)
    }
    return findings
  }

  /** Packets that never came, asked for again. */
  due(now: EpochMs): readonly Buffer[] {
    return this.#joiner.stalled(now).map((missing) => this.#askAgain(missing, now))
  }

  #take(frame: Sl651Frame, now: EpochMs, to: Findings): void {
    const { password } = this.#options
    // What a centre sends is an echo of the line here, never a report.
    if (frame.direction === 'down') return
    if (password !== undefined && frame.password !== password.toUpperCase()) {
      to.refused.push({
        check: 'field',
        byte: 8,
        detail: `the password of ${frame.station} is not the one it was given`,
      })
      return
    }
    to.heard.push(frame.station)
    if (!frame.packet) {
      this.#read(frame, now, to)
      return
    }
    const { whole, missing } = this.#joiner.add(frame, frame.packet, now)
    if (whole) this.#read({ ...whole, end: 'ETX' }, now, to)
    else if (missing) to.answers.push(this.#askAgain(missing, now))
  }

  #askAgain({ frame, total, number, head }: MissingPacket, now: EpochMs): Buffer {
    return this.#answer({ ...frame, packet: { total, number }, body: head ?? Buffer.alloc(0) }, 'NAK', now)
  }

  #read(frame: Sl651Frame, now: EpochMs, to: Findings): void {
    const body = parseBody(frame, this.#options.zoneMinutes)
    if (!body.ok) {
      to.refused.push(body.fault)
      return
    }
    for (const report of reportsOf(body.message, frame.station)) {
      const late = frame.function === periodQuery || this.#isLate(report, now)
      to.reports.push(late ? { ...report, history: true } : report)
    }
    // Link keeping has no answer [SL 651-2014 6.6.4.2].
    if (frame.function === keepsLink) return
    const done = this.#options.stayOnline ? 'ESC' : 'EOT'
    to.answers.push(this.#answer(frame, frame.end === 'ETB' ? 'ACK' : done, now))
  }

  #isLate({ address, at, history }: TerminalReport, now: EpochMs): boolean {
    if (at === undefined || history) return history ?? false
    const latest = this.#latest.get(address)
    if (latest !== undefined && at < latest) return true
    if (at > now + mostAheadMs) return false
    this.#latest.delete(address)
    this.#latest.set(address, at)
    const first = this.#latest.size > mostStations ? this.#latest.keys().next().value : undefined
    if (first !== undefined) this.#latest.delete(first)
    return false
  }

  /** Under the serial number of what is answered, with the time of the centre [SL 651-2014 6.6.2.4]. */
  #answer(frame: Sl651Frame, end: EndMark, now: EpochMs): Buffer {
    const local = new Date(now + (this.#options.zoneMinutes ?? beijingMinutes) * 60_000)
    const time = local.toISOString().replace(/\D/g, '').slice(2, 14)
    const body = Buffer.from(`${serialOf(frame)}${time}`, frame.encoding === 'hex' ? 'hex' : 'latin1')
    return encodeSl651({ ...frame, direction: 'down', body, end })
  }
}

/** Four hexadecimal digits; 0 where the body that has them never came. */
function serialOf({ encoding, body }: Sl651Frame): string {
  const serial = encoding === 'hex' ? body.toString('hex', 0, 2) : body.toString('latin1', 0, 4)
  return /^[0-9a-f]{4}$/i.test(serial) ? serial.toUpperCase() : '0000'
}
