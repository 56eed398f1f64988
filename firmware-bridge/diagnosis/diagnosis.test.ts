// Faults as they are made in a cabinet, on a line in memory: the diagnosis must name the one that was made.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { withCrc } from '../modbus/crc.ts'
import type { ModbusPoint, Profile } from '../profile.ts'
import type { PortSetting } from '../scanning/scan-line.ts'
import { seeded } from '../testing/exhaustive-plan.ts'
import type { SerialTransport } from '../transport.ts'
import { settle } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'
import { observe } from './observe.ts'

/** A terminal as it was wired and set. */
interface Installed {
  readonly unit: number
  readonly setting?: PortSetting
  /** Words by `holding 0`; other places are refused with exception 2. */
  readonly registers: Readonly<Record<string, number>>
  readonly turnaroundMs?: number
}

interface Cabinet {
  readonly terminals: readonly Installed[]
  /** What the wire does to a frame. */
  readonly wire?: (frame: Buffer) => Buffer
  /** Bytes heard as soon as the port opens. */
  readonly idle?: Buffer
  readonly refuse?: Error
}

const usual: PortSetting = { baud: 9600, parity: 'none', stopBits: 1 }
const port: SerialTransport = { kind: 'serial', path: '/dev/ttyUSB0', ...usual }
const point = (id: string, read: ModbusPoint['read'], range: [number, number]): ModbusPoint => ({
  id,
  name: { zh: id, en: id },
  unit: 'none',
  class: 'normal',
  resolution: 0.1,
  range,
  read,
})
const profile = {
  profile: 'meter',
  protocol: 'modbus',
  points: [
    point('voltage', { function: 'holding', address: 10, type: 'u16', scale: 0.1 }, [100, 300]),
    point('power', { function: 'holding', address: 12, type: 'f32' }, [0, 5000]),
  ],
} as unknown as Profile
/** 230.1 V; 1234.5 W as a float: 449A 5000. */
const right = { 'holding 10': 2301, 'holding 12': 0x449a, 'holding 13': 0x5000, 'holding 11': 0 }

function answerOf({ unit, registers }: Installed, request: Buffer): Buffer {
  const table = ['', 'coil', 'discrete', 'holding', 'input'][request.readUInt8(1)]
  const from = request.readUInt16BE(2)
  const words = Array.from({ length: request.readUInt16BE(4) }, (_, at) => registers[`${table} ${from + at}`])
  if (words.includes(undefined)) return withCrc(Buffer.from([unit, request.readUInt8(1) | 0x80, 2]))
  const body = words.flatMap((word) => [(word ?? 0) >> 8, (word ?? 0) & 0xff])
  return withCrc(Buffer.from([unit, request.readUInt8(1), body.length, ...body]))
}

async function look(cabinet: Cabinet, unit = 1): Promise<Diagnosis> {
  const clock = new FakeClock()
  const dial = (opened: SerialTransport) => {
    const wire = new MemoryWire((far) => {
      if (cabinet.idle) far.write(cabinet.idle)
      far.on('data', (request: Buffer) => {
        for (const one of cabinet.terminals) {
          const { baud, parity } = one.setting ?? usual
          if (one.unit !== request.readUInt8(0)) continue
          // At another speed a terminal hears no address of its own.
          if (baud !== opened.baud || parity !== opened.parity) continue
          const frame = answerOf(one, request)
          clock.after(20 + (one.turnaroundMs ?? 5), () => far.write(cabinet.wire ? cabinet.wire(frame) : frame))
        }
      })
    })
    if (cabinet.refuse) wire.refuse = cabinet.refuse
    return wire.dial
  }
  const settings = [9600, 19200].flatMap((baud) =>
    (['none', 'even'] as const).map((parity) => ({ baud, parity, stopBits: 1 as const })),
  )
  const { signal } = new AbortController()
  let diagnosis: Diagnosis | undefined
  const running = observe({ port, unit, profile, clock, dial, settings, signal }).then((seen) => {
    diagnosis = diagnose(seen)
  })
  while (!diagnosis) {
    await settle(2)
    if (!diagnosis) await clock.advance(clock.nextTimerInMs ?? 1)
  }
  await running
  return diagnosis
}

const good: Installed = { unit: 1, registers: right }
const chance = seeded(7)
const flip = (frame: Buffer): Buffer => {
  const torn = Buffer.from(frame)
  const place = Math.floor(chance() * torn.length)
  torn.writeUInt8(torn.readUInt8(place) ^ (1 << Math.floor(chance() * 8)), place)
  return torn
}

t.test('a line that is well is called well', async (t) => {
  t.match(await look({ terminals: [good] }), { cause: 'healthy', alsoPossible: [] })
})

t.test('A and B swapped: nothing comes, or what comes is a line held low', async (t) => {
  t.match(await look({ terminals: [] }), { cause: 'polarity', next: /swap A and B/ })
  t.match(await look({ terminals: [], idle: Buffer.alloc(6) }), { cause: 'polarity', evidence: /00/ })
})

t.test('wrong baud rate or parity: it answers at another setting, which is named', async (t) => {
  const faster = { ...good, setting: { baud: 19200, parity: 'none', stopBits: 1 } as const }
  t.match(await look({ terminals: [faster] }), { cause: 'speed', evidence: /19200 8N1/ })
  const even = { ...good, setting: { baud: 9600, parity: 'even', stopBits: 1 } as const }
  t.match(await look({ terminals: [even] }), { cause: 'speed', next: /9600 8E1/ })
})

t.test('a wrong address: others answer on the same wires', async (t) => {
  t.match(await look({ terminals: [{ ...good, unit: 7 }] }), { cause: 'address', evidence: /7 answer/ })
})

t.test('duplicate address: two answers, or one unit garbled while the others are clean', async (t) => {
  const later = { ...good, registers: { ...right, 'holding 10': 2290 }, turnaroundMs: 18 }
  t.match(await look({ terminals: [good, later] }), { cause: 'duplicate address', evidence: /two answers/ })
  const collide = (frame: Buffer): Buffer => (frame[0] === 1 ? Buffer.from(frame.map((byte) => byte & 0x6d)) : frame)
  t.match(await look({ terminals: [good, { ...good, unit: 2 }], wire: collide }), { cause: 'duplicate address' })
})

t.test('missing termination: frames of everybody are torn now and then', async (t) => {
  const noisy = (frame: Buffer): Buffer => (chance() < 0.25 ? flip(frame) : frame)
  t.match(await look({ terminals: [good, { ...good, unit: 2 }], wire: noisy }), {
    cause: 'termination',
    next: /120 ohm/,
  })
})

t.test('registers counted from one: everything lies one place lower', async (t) => {
  const lower = { 'holding 9': 2301, 'holding 10': 0, 'holding 11': 0x449a, 'holding 12': 0x5000 }
  t.match(await look({ terminals: [{ unit: 1, registers: lower }] }), { cause: 'off by one', next: /one lower/ })
})

t.test('words swapped: the order that fits is named', async (t) => {
  const swapped = { ...right, 'holding 12': 0x5000, 'holding 13': 0x449a }
  t.match(await look({ terminals: [{ unit: 1, registers: swapped }] }), { cause: 'byte order', next: /CDAB/ })
})

t.test('the other register table, and a terminal of another type', async (t) => {
  const input = Object.fromEntries(
    Object.entries(right).map(([place, word]) => [place.replace('holding', 'input'), word]),
  )
  t.match(await look({ terminals: [{ unit: 1, registers: input }] }), { cause: 'wrong table' })
  const foreign = { 'holding 0': 1, 'holding 10': 9999, 'holding 11': 9999, 'holding 12': 0xffff, 'holding 13': 0xffff }
  t.match(await look({ terminals: [{ unit: 1, registers: foreign }] }), { cause: 'wrong profile' })
})

t.test('a slow terminal, and a port that does not open', async (t) => {
  t.match(await look({ terminals: [{ ...good, turnaroundMs: 300 }] }), { cause: 'slow terminal' })
  t.match(await look({ terminals: [], refuse: new Error('No such file or directory') }), { cause: 'unreachable' })
})
