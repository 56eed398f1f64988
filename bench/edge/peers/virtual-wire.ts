// A wire in virtual time on which only characters, silences and turnaround take time, and a gateway's line polled on it without rest.
import { Duplex } from 'node:stream'
import { FakeClock } from '../../../contracts/clock.ts'
import { withCrc } from '../../../firmware-bridge/modbus/crc.ts'
import { checkRequest } from '../../../firmware-bridge/modbus/pdu.ts'
import { ModbusReader } from '../../../firmware-bridge/modbus/reader.ts'
import { RtuFraming } from '../../../firmware-bridge/modbus/rtu-framing.ts'
import { serialTiming } from '../../../firmware-bridge/modbus/timing.ts'
import type { ModbusPoint } from '../../../firmware-bridge/profile.ts'
import { StreamLine } from '../../../firmware-bridge/wire/stream-line.ts'
import { LineRunner } from '../../../gateway/scheduling/line-runner.ts'
import type { LineTerminal } from '../../../gateway/scheduling/terminal-state.ts'

const terminalCount = 20
const warmUpMs = 2000
const measuredMs = 30_000

export interface WirePoll {
  readonly baud: number
  /** Of each read. */
  readonly registers: number
  readonly turnaroundMs: number
}

export interface WirePollResult {
  /** From one request to the next. */
  readonly readMs: number
  /** Between the end of a reply and the next request. */
  readonly leastSilenceMs: number
}

/** Terminals on a wire of 8N1: each answers one silence of 3.5 characters and its turnaround after the request is out. */
class VirtualWire extends Duplex {
  readonly sentAt: number[] = []
  leastSilenceMs = Number.POSITIVE_INFINITY
  readonly #clock: FakeClock
  readonly #poll: WirePoll
  #replyOutAt = Number.NEGATIVE_INFINITY

  constructor(clock: FakeClock, poll: WirePoll) {
    super()
    this.#clock = clock
    this.#poll = poll
  }

  /** At once: streams of the system would need real time. */
  override write(request: Buffer): boolean {
    const now = this.#clock.mono()
    const { baud, turnaroundMs } = this.#poll
    const character = 10_000 / baud
    const silence = baud > 19_200 ? 1.75 : 3.5 * character
    this.leastSilenceMs = Math.min(this.leastSilenceMs, now - this.#replyOutAt)
    this.sentAt.push(now)
    const reply = replyTo(request)
    const takesMs = (request.length + reply.length) * character + silence + turnaroundMs
    this.#replyOutAt = now + takesMs
    this.#clock.after(takesMs, () => this.emit('data', reply))
    return true
  }

  override _read(): void {}
}

function replyTo(request: Buffer): Buffer {
  const count = request.readUInt16BE(4)
  return withCrc(Buffer.from([request.readUInt8(0), 3, 2 * count, ...new Array<number>(2 * count).fill(7)]))
}

const pointsOf = (registers: number): ModbusPoint[] =>
  Array.from({ length: registers }, (_, address) => ({
    id: `p${address}`,
    name: { zh: '点', en: 'point' },
    unit: 'none',
    class: 'alarm',
    resolution: 1,
    range: [0, 65_535],
    read: { function: 'holding', address, type: 'u16' },
  }))

/** Polls twenty terminals without rest, each with one read. */
export async function pollOnWire(poll: WirePoll): Promise<WirePollResult> {
  const clock = new FakeClock()
  const wire = new VirtualWire(clock, poll)
  const line = new StreamLine({
    ...{ clock, check: checkRequest, framing: new RtuFraming(), quarantineMs: 300, silentLimit: 20 },
    dial: async () => ({ stream: wire, close: async () => {} }),
    timing: serialTiming({ kind: 'serial', path: 'none', baud: poll.baud }),
  })
  const points = pointsOf(poll.registers)
  const terminals = Array.from({ length: terminalCount }, (_, place): LineTerminal => {
    const unit = place + 1
    return { id: `t${unit}`, unit, points, reader: new ModbusReader({ line, unit, points, clock }) }
  })
  let bad = 0
  const onReading: ConstructorParameters<typeof LineRunner>[0]['onReading'] = (_terminal, { failure }) => {
    if (failure) bad++
  }
  // Shorter than any cycle of twenty, so that the line never rests.
  const periods = { alarm: 50, normal: 50, bulk: 50 }
  const runner = new LineRunner({ terminals, periods, clock, onReading })
  const stop = new AbortController()
  const running = runner.run(stop.signal)
  await clock.advance(warmUpMs + measuredMs)
  stop.abort()
  await clock.advance(2000)
  await running
  await line.close()
  if (bad > 0) throw new Error(`${bad} reads failed on a good wire`)
  const sent = wire.sentAt.filter((at) => at >= warmUpMs && at <= warmUpMs + measuredMs)
  const readMs = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / (sent.length - 1)
  return { readMs, leastSilenceMs: wire.leastSilenceMs }
}
