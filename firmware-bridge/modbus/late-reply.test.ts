// The wrong values of modbus-serial's own transports (late replies, two calls in flight) must be impossible here. A letter in a title is
// the finding of that library that it repeats: A late reply, B two calls at once, C promises that never settle, D bytes that shift the
// frames, E ids under way, F units that race, G what a time-out is, H bits that pad, I RTU through a socket, J opening again, K reads
// longer than a transaction, L frames in pieces.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { listenRtu, rtuReply, type SeenRequest } from '../testing/scripted-terminal.ts'
import { pass, settle } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { StreamLine } from '../wire/stream-line.ts'
import type { ModbusLine } from './line.ts'
import { checkRequest } from './pdu.ts'
import { type MayRead, RtuFraming } from './rtu-framing.ts'

const clock = new FakeClock()

function rtuLine(
  answer: (request: SeenRequest, send: (delayMs: number, bytes: Buffer) => void) => void,
  mayRead?: MayRead,
): ModbusLine {
  const wire = new MemoryWire((far) =>
    listenRtu(far, (request) =>
      answer(request, (delayMs, bytes) => clock.after(delayMs, () => far.destroyed || far.write(bytes))),
    ),
  )
  const timing = { gapMs: 2, characterMs: 0, timeoutMs: () => 100 }
  return new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing: new RtuFraming(mayRead),
    timing,
    quarantineMs: 300,
    silentLimit: 9,
  })
}

const holding = (address: number, count = 1) => ({ unit: 1, function: 'holding' as const, address, count })

t.test('[A] a reply that comes after its time-out does not answer the next request', async (t) => {
  // Asked at once, the second request would be under way from 102 to 182: the first one's reply comes at 150.
  const line = rtuLine((request, send) => send(request.address === 0 ? 150 : 80, rtuReply(request)))
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
  const all = [0, 1, 2, 3].map((address) => line.transact(holding(address, address + 1)))
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
  const both = [line.transact(holding(0)), line.transact(holding(7, 2))]
  await pass(clock, 2000)
  t.match(await both[0], { ok: false, kind: 'crc' })
  t.match(await both[1], { ok: true, registers: [1007, 1008] })
})

t.test('a line that never falls quiet gives up instead of guessing', async (t) => {
  const line = rtuLine((_request, send) => {
    for (let at = 10; at <= 4000; at += 20) send(at, Buffer.from([0xaa]))
  })
  const both = [line.transact(holding(0)), line.transact(holding(1))]
  await pass(clock, 3000)
  t.match(await both[1], { ok: false, kind: 'crc', detail: 'the line does not fall quiet' })
})

t.test('[B] many calls at once each get their own data', async (t) => {
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

t.test('[F] calls for different units do not mix', async (t) => {
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

t.test('a reply later than the quarantine is waited for before a request it could answer is sent', async (t) => {
  const line = rtuLine((request, send) => send(request.address === 0 ? 900 : 5, rtuReply(request)))
  const late = line.transact(holding(0))
  const mistakable = line.transact(holding(100))
  const other = line.transact({ ...holding(100), unit: 2 })
  await pass(clock, 600)
  t.match(await late, { ok: false, kind: 'timeout' })
  t.match(await mistakable, { ok: false, kind: 'timeout', detail: /owes/ })
  t.match(await other, { ok: true, registers: [1100] }, 'another unit cannot be mistaken')
  await pass(clock, 400)
  const after = line.transact(holding(100))
  await pass(clock, 100)
  t.match(await after, { ok: true, registers: [1100] }, 'the late reply has come')
})

t.test('after a time-out the unit is next asked for another length, which a later stray cannot pass for', async (t) => {
  const counts: number[] = []
  const line = rtuLine((request, send) => {
    counts.push(request.count)
    // The stray comes when the first request after the time-out is under way: later than any quarantine.
    if (request.address === 0) return
    if (counts.length === 2) send(5, rtuReply({ ...request, address: 0, count: 4 }))
    send(10, rtuReply(request))
  })
  const both = [line.transact(holding(0, 4)), line.transact(holding(100, 4))]
  await pass(clock, 1000)
  t.match(await both[0], { ok: false, kind: 'timeout' })
  t.match(await both[1], { ok: true, registers: [1100, 1101, 1102, 1103] })
  t.match(line.health, { late: 1, crcErrors: 0 })
  const [first, second, third, ...more] = counts
  t.same([first, third, more], [4, 4, []])
  t.ok(second !== undefined && second < 4, `asked for ${second} registers between`)
  await line.close()
})

t.test('one register cannot be asked for in fewer: where more may be read the fence is wider', async (t) => {
  const asked: string[] = []
  const line = rtuLine(
    (request, send) => {
      asked.push(`${request.address}+${request.count}`)
      if (request.address !== 0) send(10, rtuReply(request))
    },
    ({ address, count }) => address + count <= 101,
  )
  const both = [line.transact(holding(0)), line.transact(holding(100))]
  await pass(clock, 1000)
  t.match(await Promise.all(both), [{ kind: 'timeout' }, { ok: true, registers: [1100] }])
  t.same(asked, ['0+1', '99+2', '100+1'], 'within what may be read')
  await line.close()
})

t.test('a reply that never comes is not waited for for ever', async (t) => {
  const line = rtuLine((request, send) => request.address !== 0 && send(5, rtuReply(request)))
  const lost = line.transact(holding(0))
  await pass(clock, 2200, 50)
  const after = line.transact(holding(100))
  await pass(clock, 100)
  t.match(await lost, { kind: 'timeout' })
  t.match(await after, { ok: true, registers: [1100] })
})

t.test('a terminal that has answered another question since owes nothing: it answers in order', async (t) => {
  const line = rtuLine((request, send) => request.address !== 0 && send(5, rtuReply(request)))
  const all = [line.transact(holding(0)), line.transact(holding(7, 2)), line.transact(holding(9))]
  await pass(clock, 600)
  t.match(await Promise.all(all), [
    { ok: false, kind: 'timeout' },
    { ok: true, registers: [1007, 1008] },
    { ok: true, registers: [1009] },
  ])
})

t.test('a question asked again may be answered by the first reply: the second is still owed', async (t) => {
  let asked = 0
  const line = rtuLine((request, send) => {
    if (request.address === 0) send(++asked === 1 ? 480 : 110, rtuReply(request))
    else send(90, rtuReply(request))
  })
  const all = [line.transact(holding(0)), line.transact(holding(0)), line.transact(holding(100))]
  await pass(clock, 1000)
  t.match(await Promise.all(all), [
    { ok: false, kind: 'timeout' },
    { ok: true, registers: [1000] },
    { ok: false, kind: 'timeout', detail: /owes/ },
  ])
})

/** A small generator of its own, so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A terminal that answers in order, one request at a time: mostly soon, sometimes late, torn or not at all. */
function faulty(draw: () => number): ModbusLine {
  const busyUntil = new Map<number, number>()
  return rtuLine((request, send) => {
    const reply = rtuReply(request)
    const fault = draw()
    if (fault < 0.05) return
    if (fault < 0.1) reply.writeUInt8(reply.readUInt8(3) ^ 0x10, 3)
    const delay = fault > 0.85 ? 100 + draw() * 1500 : 5 + draw() * 60
    const at = Math.max(clock.mono() + delay, (busyUntil.get(request.unit) ?? 0) + 2)
    if (at - clock.mono() > 1900) return
    busyUntil.set(request.unit, at)
    send(at - clock.mono(), reply)
  })
}

t.test('among many late, lost and torn replies not one value is wrong', async (t) => {
  const draw = random(20261122)
  const line = faulty(draw)
  const counts = { good: 0, wrong: 0, failed: 0 }
  for (let turn = 0; turn < 2000; turn++) {
    const request = holding(Math.floor(draw() * 3), 1 + Math.floor(draw() * 2))
    const pending = line.transact({ ...request, unit: 1 + Math.floor(draw() * 2) })
    let outcome: Awaited<typeof pending> | undefined
    void pending.then((value) => {
      outcome = value
    })
    for (; outcome === undefined; await settle(2)) await clock.advance(clock.nextTimerInMs ?? 0)
    if (!outcome.ok) counts.failed++
    else counts['registers' in outcome && outcome.registers[0] === 1000 + request.address ? 'good' : 'wrong']++
  }
  t.equal(counts.wrong, 0)
  t.ok(counts.good > 500 && counts.failed > 200, `the faults were real: ${JSON.stringify(counts)}`)
  await line.close()
})
