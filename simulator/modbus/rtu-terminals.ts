import type { Clock, Timer } from '@civitals/contracts/clock'
import { type Stream, uniform } from '../world/chance.ts'
import { readRtu, rtuFrame, rtuRequestLength } from './frame.ts'
import type { TerminalsOfLine } from './terminals.ts'
import { type LineSpeed, replyDelayMs, silenceMs } from './timing.ts'

/** What the operating system may take between two parts of one frame, ms; shorter gaps do not end a frame here. */
const chunkGapMs = 20

/**
 * The terminals' end of a serial line: bytes in, frames out at the time a real wire would have brought them. Frames are cut by
 * the length of the request; silence ends what has no known length and throws away what is left over. A frame that is not
 * whole, not for a terminal of this line or broadcast gets no reply [MODBUS serial line 2.4].
 */
export class RtuTerminals {
  readonly #terminals: TerminalsOfLine
  readonly #speed: LineSpeed
  readonly #clock: Clock
  readonly #send: (frame: Uint8Array) => void
  readonly #chance: Stream
  readonly #timers = new Set<Timer>()
  #waiting: Uint8Array = new Uint8Array(0)
  #silence: Timer | undefined
  #requests = 0

  constructor(
    terminals: TerminalsOfLine,
    speed: LineSpeed,
    clock: Clock,
    send: (frame: Uint8Array) => void,
    chance: Stream,
  ) {
    this.#terminals = terminals
    this.#speed = speed
    this.#clock = clock
    this.#send = send
    this.#chance = chance
  }

  receive(chunk: Uint8Array): void {
    this.#silence?.cancel()
    this.#waiting = Buffer.concat([this.#waiting, chunk])
    for (;;) {
      const length = rtuRequestLength(this.#waiting)
      if (length === undefined || this.#waiting.length < length) break
      const frame = this.#waiting.subarray(0, length)
      this.#waiting = this.#waiting.subarray(length)
      this.#request(frame)
    }
    if (this.#waiting.length > 0) {
      this.#silence = this.#clock.after(Math.max(chunkGapMs, silenceMs(this.#speed)), () => this.#endOfFrame())
    }
  }

  close(): void {
    this.#silence?.cancel()
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #endOfFrame(): void {
    const frame = this.#waiting
    this.#waiting = new Uint8Array(0)
    this.#request(frame)
  }

  #request(frame: Uint8Array): void {
    const adu = readRtu(frame)
    const reply = adu && this.#terminals.ask(adu.unit, adu.pdu)
    if (!reply) return
    const answer = rtuFrame({ unit: adu.unit, pdu: reply.pdu })
    const last = answer.length - 1
    if (reply.spoilt) answer[last] = (answer[last] ?? 0) ^ 0xff
    const chance = uniform(this.#chance, this.#requests++)
    const delay = replyDelayMs(this.#speed, frame.length, answer.length, chance) + reply.lateMs
    const timer = this.#clock.after(delay, () => {
      this.#timers.delete(timer)
      this.#send(answer)
    })
    this.#timers.add(timer)
  }
}
