// A process of its own: the simulator's serial line on a pseudo-terminal, with terminals whose register n holds 1000 + n.
//   serial-terminals.ts PATH BAUD UNIT...   prints "ready"; ends with its standard input
import type { Clock } from '../../../contracts/clock.ts'
import { systemClock } from '../../../contracts/io/system-clock.ts'
import { exception, exceptions } from '../../../simulator/modbus/answer.ts'
import { openPtyLine } from '../../../simulator/modbus/io/rtu-line.ts'
import type { TerminalsOfLine } from '../../../simulator/modbus/terminals.ts'
import { streamOf } from '../../../simulator/world/chance.ts'

const [path = '', baud, ...names] = process.argv.slice(2)
const units = new Set(names.map(Number))
const registers = 1000
const cell = new Int32Array(new SharedArrayBuffer(4))

/** Node's timers come in whole milliseconds, which a wire does not: the last two are slept to the microsecond. */
const wireClock: Clock = {
  ...systemClock,
  after(delayMs, work) {
    const due = systemClock.mono() + delayMs
    return systemClock.after(Math.max(0, Math.floor(delayMs) - 2), () => {
      Atomics.wait(cell, 0, 0, Math.max(0, due - systemClock.mono()))
      work()
    })
  },
}

const terminals: TerminalsOfLine = {
  has: (unit) => units.has(unit),
  ask(unit, pdu) {
    if (!units.has(unit)) return undefined
    return { pdu: reply(Buffer.from(pdu)), spoilt: false, lateMs: 0 }
  },
}

function reply(asked: Buffer): Uint8Array {
  if (asked[0] !== 3) return exception(asked[0] ?? 0, exceptions.illegalFunction)
  const [address, count] = [asked.readUInt16BE(1), asked.readUInt16BE(3)]
  if (address + count > registers) return exception(3, exceptions.illegalAddress)
  const pdu = Buffer.alloc(2 + 2 * count)
  pdu.set([3, 2 * count])
  for (let place = 0; place < count; place++) pdu.writeUInt16BE(1000 + address + place, 2 + 2 * place)
  return pdu
}

const speed = { baud: Number(baud), bitsPerChar: 10 }
const line = await openPtyLine(path, { terminals, speed, clock: wireClock, chance: streamOf(1, 'bench') })
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => void line.close())
