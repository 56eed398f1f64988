// The wrong values of modbus-serial's own transports (late replies, two calls in flight) must be impossible here.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { listenRtu, pass, rtuReply, type SeenRequest } from '../testing/scripted-terminal.ts'
import { MemoryWire } from './memory-wire.ts'
import { StreamLine } from './modbus-line.ts'
import { RtuFraming } from './rtu-framing.ts'

const clock = new FakeClock()

function rtuLine(answer: (request: SeenRequest, send: (delayMs: number, bytes: Buffer) => void) => void): StreamLine {
  const wire = new MemoryWire((far) =>
    listenRtu(far, (request) =>
      answer(request, (delayMs, bytes) => clock.after(delayMs, () => far.destroyed || far.write(bytes))),
    ),
  )
  const timing = { gapMs: 2, timeoutMs: () => 100 }
  return new StreamLine({
    clock,
    dial: wire.dial,
    framing: new RtuFraming(),
    timing,
    quarantineMs: 300,
    silentLimit: 9,
  })
}

const holding = (address: number, count = 1) => ({ unit: 1, function: 'holding' as const, address, count })

t.test('a reply that comes after its time-out does not answer the next request', async (t) => {
  const line = rtuLine((request, send) => send(request.address === 0 ? 150 : 5, rtuReply(request)))
  const first = line.transact(holding(0))
  const second = line.transact(holding(100))
  await pass(clock, 1000)
  t.match(await first, { ok: false, kind: 'timeout' })
  t.match(await second, { ok: true, registers: [1100] })
})

t.test('the line keeps quiet after a failure, and speaks at once after a good reply', async (t) => {
  const sent: number[] = []
  const line = rtuLine((request, send) => {
    sent.push(clock.mono())
    if (request.address !== 1) send(5, rtuReply(request))
  })
  const all = [0, 1, 2, 3].map((address) => line.transact(holding(address)))
  const begin = clock.mono()
  await pass(clock, 1000, 1)
  t.same(
    (await Promise.all(all)).map((outcome) => outcome.ok),
    [true, false, true, true],
  )
  const [zero = 0, one = 0, two = 0, three = 0] = sent.map((at) => at - begin)
  t.ok(one - zero < 10 && three - two < 10, 'only the gap between frames after good replies')
  t.ok(two - one >= 100 + 300, `quarantine kept: ${two - one} ms`)
})

t.test('bytes that trickle in prolong the quarantine', async (t) => {
  const line = rtuLine((request, send) => {
    if (request.address === 0) for (let at = 90; at <= 390; at += 30) send(at, Buffer.from([0x55]))
    else send(5, rtuReply(request))
  })
  const both = [line.transact(holding(0)), line.transact(holding(7))]
  await pass(clock, 2000)
  t.match(await both[0], { ok: false, kind: 'crc' })
  t.match(await both[1], { ok: true, registers: [1007] })
})

t.test('a line that never falls quiet gives up instead of guessing', async (t) => {
  const line = rtuLine((_request, send) => {
    for (let at = 10; at <= 4000; at += 20) send(at, Buffer.from([0xaa]))
  })
  const both = [line.transact(holding(0)), line.transact(holding(1))]
  await pass(clock, 3000)
  t.match(await both[1], { ok: false, kind: 'crc', detail: 'the line does not fall quiet' })
})

t.test('many calls at once each get their own data', async (t) => {
  const line = rtuLine((request, send) => send(5, rtuReply(request)))
  const addresses = [50, 5, 77, 5, 1, 300]
  const all = addresses.map((address) => line.transact(holding(address, 2)))
  await pass(clock, 500)
  const outcomes = await Promise.all(all)
  t.same(
    outcomes.map((outcome) => outcome.ok && 'registers' in outcome && outcome.registers),
    addresses.map((address) => [1000 + address, 1001 + address]),
  )
})

t.test('calls for different units do not mix', async (t) => {
  const line = rtuLine((request, send) => send(5, rtuReply({ ...request, address: request.unit * 100 })))
  const all = [3, 1, 2].map((unit) => line.transact({ ...holding(0), unit }))
  await pass(clock, 500)
  t.same(
    (await Promise.all(all)).map((outcome) => outcome.ok && 'registers' in outcome && outcome.registers[0]),
    [1300, 1100, 1200],
  )
})

t.test('a reply of another unit is no answer', async (t) => {
  const line = rtuLine((request, send) => send(5, rtuReply({ ...request, unit: 2 })))
  const one = line.transact(holding(0))
  await pass(clock, 500)
  t.match(await one, { ok: false, kind: 'crc' })
  t.equal(line.health.crcErrors, 1)
})
