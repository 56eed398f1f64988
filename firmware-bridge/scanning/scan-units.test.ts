import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { withCrc } from '../modbus/crc.ts'
import { settle } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { scanUnits, type UnitScan } from './scan-units.ts'

/** A terminal on the line: how long it thinks, and what it says; nothing where it is silent. */
interface Scripted {
  readonly turnaroundMs: number
  readonly reply?: (request: Buffer) => Buffer
}

const at9600 = { characterMs: 10 / 9.6, gapMs: 35 / 9.6 }
const value = (request: Buffer): Buffer => withCrc(Buffer.from([request.readUInt8(0), 3, 2, 0x12, 0x34]))
const refusal = (request: Buffer): Buffer => withCrc(Buffer.from([request.readUInt8(0), 0x83, 2]))

/** Scans a line on which a byte takes its time and a terminal that speaks while the master does is heard as rubbish. */
async function scan(terminals: Readonly<Record<number, Scripted>>, units: readonly number[], echo = false) {
  const clock = new FakeClock()
  let masterUntil = 0
  const wire = new MemoryWire((far) =>
    far.on('data', (request: Buffer) => {
      masterUntil = clock.mono() + request.length * at9600.characterMs
      if (echo) far.write(request)
      const terminal = terminals[request.readUInt8(0)]
      if (!terminal) return
      const begins = masterUntil - clock.mono() + terminal.turnaroundMs
      const reply = (terminal.reply ?? value)(request)
      let spoken = false
      clock.after(begins, () => {
        spoken = clock.mono() < masterUntil
      })
      clock.after(begins + reply.length * at9600.characterMs, () => {
        far.write(spoken ? Buffer.from(reply.map((byte) => byte & 0x55)) : reply)
      })
    }),
  )
  const link = await wire.dial(new AbortController().signal)
  let done: UnitScan | undefined
  const asked: number[] = []
  const running = scanUnits({ link, clock, ...at9600, units, onAsked: (unit) => void asked.push(unit) }).then(
    (scan) => {
      done = scan
    },
  )
  while (!done) {
    await settle(2)
    if (!done) await clock.advance(clock.nextTimerInMs ?? 1)
  }
  await running
  return { ...(done as UnitScan), asked, tookMs: clock.mono() }
}

const all = Array.from({ length: 247 }, (_, place) => place + 1)

t.test('terminals are found among 247 units in less than ten seconds at 9600 baud', async (t) => {
  const quick = { turnaroundMs: 5 }
  const { found, asked, tookMs, strayBytes } = await scan(
    { 1: quick, 17: { ...quick, reply: refusal }, 247: quick },
    all,
  )
  t.same(found, [{ unit: 1 }, { unit: 17, exception: 2 }, { unit: 247 }])
  t.equal(strayBytes, 0)
  t.same(asked, all)
  t.ok(tookMs < 10_000, `${Math.round(tookMs)} ms`)
})

t.test('slow terminals are found too, though they answer into the time of others', async (t) => {
  for (const turnaroundMs of [25, 33, 40, 60, 90, 130, 200]) {
    const { found, tookMs } = await scan({ 5: { turnaroundMs }, 6: { turnaroundMs }, 90: { turnaroundMs } }, all)
    t.same(
      found.map(({ unit }) => unit),
      [5, 6, 90],
      `${turnaroundMs} ms`,
    )
    t.ok(tookMs < 20_000, `${Math.round(tookMs)} ms`)
  }
})

t.test('an echo of the question is no terminal', async (t) => {
  const { found } = await scan({ 3: { turnaroundMs: 5 } }, [1, 2, 3, 4], true)
  t.same(found, [{ unit: 3 }])
})

t.test('rubbish is counted and is no terminal', async (t) => {
  const rubbish = { turnaroundMs: 5, reply: () => Buffer.from([0xff, 0x00, 0x7e, 0x11]) }
  const { found, strayBytes } = await scan({ 2: rubbish }, [1, 2, 3])
  t.same(found, [])
  t.ok(strayBytes >= 4, `${strayBytes} bytes`)
})
