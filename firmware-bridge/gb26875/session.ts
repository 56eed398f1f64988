import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameFault } from '../frames/frame.ts'
import type { PushSession, PushSessionOptions, Received, TerminalReport } from '../frames/session.ts'
import { Gb26875Cutter } from './cutter.ts'
import { type Item, keyOf, readData } from './data.ts'
import { commands, decodeFrame, encodeFrame, type Gb26875Frame, timeBytes } from './frame.ts'

const clockSetting = 90
/** A device whose clock is further off is set right, at most once an hour: reports are stored under its time. */
const tolerableDriftMs = 60_000
const betweenSettingsMs = 3_600_000
interface Findings {
  readonly answers: Buffer[]
  readonly reports: TerminalReport[]
  readonly refused: FrameFault[]
  readonly heard: string[]
}

/** Devices behind one connection; a stream that invents more addresses than this is not listened to about clocks. */
const mostDevices = 1000

/**
 * The centre's side of a conversation with fire alarm transmission devices [GB/T 26875.3-2011 6.3]: what is sent is confirmed, or denied
 * when its data cannot be read, under the serial number it came with. Clocks that are wrong or ask for it are set.
 * States are reported as 0 and 1 under `system/address/component/flag`.
 */
export class Gb26875Session implements PushSession {
  readonly #cutter = new Gb26875Cutter()
  readonly #zoneMinutes: number | undefined
  readonly #clocksSet = new Map<string, EpochMs>()

  constructor(options: PushSessionOptions = {}) {
    this.#zoneMinutes = options.zoneMinutes
  }

  receive(chunk: Uint8Array, now: EpochMs, maySetClocks = true): Received {
    const findings: Findings = { answers: [], reports: [], refused: [], heard: [] }
    for (const piece of this.#cutter.push(chunk)) {
      if (piece.kind === 'refused') {
        findings.refused.push(piece.fault)
        continue
      }
      const decoded = decodeFrame(piece.bytes, this.#zoneMinutes)
      if (!decoded.ok) findings.refused.push(decoded.fault)
      else this.#take(decoded.message, now, maySetClocks, findings)
    }
    return findings
  }

  /** The centre has nothing to send unasked: the devices report by themselves. */
  due(): readonly Buffer[] {
    return []
  }

  #take(frame: Gb26875Frame, now: EpochMs, maySetClocks: boolean, to: Findings): void {
    const { command, data, source } = frame
    const read = data.length === 0 ? undefined : readData(data, this.#zoneMinutes)
    if (read && !read.ok) {
      to.refused.push(read.fault)
      if (command !== commands.deny) to.answers.push(this.#reply(frame, commands.deny, now))
      return
    }
    to.heard.push(source)
    const asksForTime = command === commands.request && read?.message.type === clockSetting
    if (command === commands.send) to.answers.push(this.#reply(frame, commands.confirm, now))
    if (maySetClocks && (asksForTime || this.#clockIsWrong(frame, now))) to.answers.push(this.#setClock(frame, now))
    else if (asksForTime) to.answers.push(this.#reply(frame, commands.deny, now))
    if (command !== commands.send && command !== commands.answer) return
    for (const item of read?.message.items ?? []) {
      const elements = elementsOf(item)
      const at = item.at ?? frame.at
      if (Object.keys(elements).length > 0)
        to.reports.push({ address: source, elements, ...(at === undefined ? {} : { at }) })
    }
  }

  #clockIsWrong({ command, source, at }: Gb26875Frame, now: EpochMs): boolean {
    if (command !== commands.send) return false
    if (at !== undefined && Math.abs(at - now) <= tolerableDriftMs) return false
    const last = this.#clocksSet.get(source)
    if (last === undefined) return this.#clocksSet.size < mostDevices
    return now - last >= betweenSettingsMs
  }

  #setClock(frame: Gb26875Frame, now: EpochMs): Buffer {
    if (this.#clocksSet.has(frame.source) || this.#clocksSet.size < mostDevices) this.#clocksSet.set(frame.source, now)
    return this.#reply(frame, commands.control, now, [clockSetting, 1, ...timeBytes(now, this.#zoneMinutes)])
  }

  #reply(
    { serial, version, source, target }: Gb26875Frame,
    command: number,
    now: EpochMs,
    data: number[] = [],
  ): Buffer {
    const head = { serial, version, at: now, source: target, target: source }
    return encodeFrame({ ...head, command, data: Buffer.from(data) }, this.#zoneMinutes)
  }
}

function elementsOf(item: Item): Record<string, number> {
  const elements: Record<string, number> = {}
  for (const [flag, on] of Object.entries(item.flags ?? {})) elements[keyOf(item, flag)] = Number(on)
  if (item.value !== undefined && item.quantity) elements[keyOf(item, item.quantity)] = item.value
  return elements
}
