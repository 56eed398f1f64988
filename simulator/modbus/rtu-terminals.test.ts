import { FakeClock } from '@civitals/contracts/clock'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { loadPilot } from '../city/io/pilot-file.ts'
import { Disturbances } from '../scenario/faults.ts'
import { createWorld } from '../world/world.ts'
import { readRtu, rtuFrame } from './frame.ts'
import { RtuTerminals } from './rtu-terminals.ts'
import { terminalsOfLine } from './terminals.ts'
import { charMs, replyDelayMs, silenceMs } from './timing.ts'

const pilot = await loadPilot()
const profiles = await shippedProfiles()
const speed = { baud: 9600, bitsPerChar: 10 }

function line() {
  const clock = new FakeClock()
  const disturbances = new Disturbances()
  const world = createWorld(pilot, profiles, 7)
  const wired = [{ id: 'road-water-04', unit: 3, profile: profiles.get('road-water-gauge')! }]
  const heard: { after: number; frame: Uint8Array }[] = []
  const start = clock.mono()
  const terminals = terminalsOfLine(wired, world, disturbances, clock)
  const rtu = new RtuTerminals(
    terminals,
    speed,
    clock,
    (frame) => heard.push({ after: clock.mono() - start, frame }),
    1,
  )
  return { clock, disturbances, heard, rtu }
}

const request = (unit: number): Uint8Array => rtuFrame({ unit, pdu: Uint8Array.of(3, 0, 0, 0, 2) })

t.test('a reply comes when the wire would have brought it: 9600 baud, 8 and 9 characters', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(request(3))
  await clock.advance(1000)
  const wire = (8 + 9) * (10 / 9.6) + 38.5 / 9.6
  t.equal(heard.length, 1)
  t.ok(heard[0]!.after >= wire + 5 && heard[0]!.after <= wire + 15, `${heard[0]?.after} ms`)
  t.equal(heard[0]?.frame.length, 9)
  t.ok(readRtu(heard[0]!.frame))
})

t.test('transaction times are those of the published arithmetic', async (t) => {
  // (13 + 2N) characters + 2 silences + turnaround, with N registers; the second silence is the master's own.
  const table = [
    { baud: 2400, registers: 10, ms: 169.6 },
    { baud: 9600, registers: 1, ms: 23.6 },
    { baud: 9600, registers: 10, ms: 42.4 },
    { baud: 9600, registers: 125, ms: 282 },
    { baud: 19200, registers: 60, ms: 73.3 },
    { baud: 38400, registers: 1, ms: 7.4 },
    { baud: 115200, registers: 10, ms: 6.4 },
  ]
  for (const { baud, registers, ms } of table) {
    const at = { baud, bitsPerChar: 10 }
    const whole = replyDelayMs(at, 8, 5 + 2 * registers, 0) - 5 + silenceMs(at)
    t.ok(Math.abs(whole - ms) < 0.6, `${baud} baud, ${registers} registers: ${whole.toFixed(2)} ms, table ${ms} ms`)
  }
  t.equal(charMs({ baud: 9600, bitsPerChar: 11 }).toFixed(9), (11 / 9.6).toFixed(9))
})

t.test('a request in pieces is one request; two at once are two', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(request(3).subarray(0, 3))
  await clock.advance(5)
  rtu.receive(request(3).subarray(3))
  await clock.advance(1000)
  t.equal(heard.length, 1)
  rtu.receive(Buffer.concat([request(3), request(3)]))
  await clock.advance(1000)
  t.equal(heard.length, 3)
})

t.test('silence throws away what is not whole, and the next request is heard', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(Uint8Array.of(3, 3, 0))
  await clock.advance(100)
  rtu.receive(request(3))
  await clock.advance(1000)
  t.equal(heard.length, 1)
})

t.test('other units, broadcasts and spoilt requests get no reply', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(request(4))
  rtu.receive(request(0))
  const spoilt = request(3)
  spoilt[7] = spoilt[7]! ^ 1
  rtu.receive(spoilt)
  await clock.advance(1000)
  t.same(heard, [])
})

t.test('an unknown function is answered with exception 1 once the frame has ended', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(rtuFrame({ unit: 3, pdu: Uint8Array.of(0x2b, 0x0e, 1, 0) }))
  await clock.advance(1000)
  t.same(readRtu(heard[0]!.frame), { unit: 3, pdu: Uint8Array.of(0xab, 1) })
})

t.test('faults are on the wire: silent, bad CRC, late, spike; and end', async (t) => {
  const { clock, disturbances, heard, rtu } = line()
  const ask = async (): Promise<{ after: number; frame: Uint8Array } | undefined> => {
    heard.length = 0
    const from = clock.mono()
    rtu.receive(request(3))
    await clock.advance(5000)
    const [one] = heard
    return one && { ...one, after: one.after - from }
  }
  disturbances.set({ terminal: 'road-water-04', kind: 'silent' }, clock.now())
  t.equal(await ask(), undefined)
  disturbances.clear('road-water-04', clock.now())
  disturbances.set({ terminal: 'road-water-04', kind: 'bad-crc' }, clock.now())
  const bad = await ask()
  t.equal(bad?.frame.length, 9)
  t.equal(readRtu(bad!.frame), undefined)
  disturbances.clear('road-water-04', clock.now(), 'bad-crc')
  disturbances.set(
    { terminal: 'road-water-04', kind: 'late-reply', delayMs: 1500, until: clock.now() + 1000 },
    clock.now(),
  )
  const late = await ask()
  t.ok(late!.after > 1500 && late!.after < 1560)
  t.ok((await ask())!.after < 60, 'ended by itself')
  disturbances.set({ terminal: 'road-water-04', kind: 'spike' }, clock.now())
  const spikes = []
  for (let second = 0; second < 10; second++) {
    heard.length = 0
    rtu.receive(request(3))
    await clock.advance(1000)
    spikes.push((heard[0]!.frame[3]! << 8) | heard[0]!.frame[4]!)
  }
  // Nine tenths of -2 to 300 cm is 269.8 cm.
  t.equal(spikes.filter((raw) => raw === 2698).length, 3)
})

t.test('a line that closes says nothing more', async (t) => {
  const { clock, heard, rtu } = line()
  rtu.receive(request(3))
  rtu.close()
  await clock.advance(1000)
  t.same(heard, [])
  t.equal(clock.nextTimerInMs, undefined)
})
