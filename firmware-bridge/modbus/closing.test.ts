// Nothing may wait for ever: a line that is closed, cut or silent ends what runs and what waits, at once, with an outcome.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { listenRtu, listenTcp, rtuReply, tcpReply } from '../testing/scripted-terminal.ts'
import { pass, settle } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { StreamLine } from '../wire/stream-line.ts'
import type { ModbusLine } from './line.ts'
import { MbapFraming } from './mbap-framing.ts'
import { checkRequest } from './pdu.ts'
import { RtuFraming } from './rtu-framing.ts'

const timing = { gapMs: 0, characterMs: 0, timeoutMs: () => 1000 }
const request = { unit: 1, function: 'holding', address: 0, count: 1 } as const

function lineOn(
  clock: FakeClock,
  wire: MemoryWire,
  framing = new MbapFraming() as MbapFraming | RtuFraming,
): ModbusLine {
  return new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing,
    timing,
    quarantineMs: 0,
    silentLimit: 3,
  })
}

t.test('[C] close ends the request in flight and those that wait', async (t) => {
  const line = lineOn(new FakeClock(), new MemoryWire())
  const both = [line.transact(request), line.transact(request)]
  await settle()
  await line.close()
  t.match(await Promise.all(both), [{ kind: 'aborted' }, { kind: 'aborted' }])
  t.match(await line.transact(request), { ok: false, kind: 'aborted' })
  t.equal(line.health.connected, false)
})

t.test('[C] a peer that closes ends the request at once, not at its time-out', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire()
  const line = lineOn(clock, wire)
  const begin = clock.mono()
  const pending = line.transact(request)
  await settle()
  wire.far?.end()
  t.match(await pending, { ok: false, kind: 'link' })
  t.equal(clock.mono(), begin)
})

t.test("the caller's signal ends its own request only", async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) => listenTcp(far, (seen) => seen.address === 9 && far.write(tcpReply(seen))))
  const line = lineOn(clock, wire)
  const stop = new AbortController()
  const both = [line.transact(request, stop.signal), line.transact({ ...request, address: 9 })]
  await settle()
  stop.abort()
  t.match(await both[0], { ok: false, kind: 'aborted' })
  t.match(await both[1], { ok: true, registers: [1009] })
})

t.test('[C, G] a silent terminal is a time-out: an outcome, never an exception', async (t) => {
  const clock = new FakeClock()
  const line = lineOn(clock, new MemoryWire())
  const pending = line.transact(request)
  await pass(clock, 1000, 100)
  t.same(await pending, { ok: false, kind: 'timeout' })
  t.match(line.health, { transactions: 1, timeouts: 1, connected: true })
})

t.test('a lost line is opened by the next request, but not before its back-off', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) => listenRtu(far, (seen) => far.write(rtuReply(seen))))
  const line = lineOn(clock, wire, new RtuFraming())
  t.match(await line.transact(request), { ok: true })
  wire.far?.end()
  await settle()
  t.match(await line.transact(request), { ok: false, kind: 'link' })
  t.equal(wire.dials, 1)
  await clock.advance(1000)
  t.match(await line.transact(request), { ok: true })
  t.equal(wire.dials, 2)
})

t.test('a line that cannot be opened is tried after 1, 2, 4, 8, 15, 15 seconds', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire()
  wire.refuse = new Error('ECONNREFUSED')
  const line = lineOn(clock, wire)
  const tries: number[] = []
  for (let second = 0; second <= 60; second++) {
    const outcome = await line.transact(request)
    t.match(outcome, { ok: false, kind: 'link' })
    if (!outcome.ok && outcome.detail === 'ECONNREFUSED') tries.push(clock.mono() / 1000)
    await clock.advance(1000)
  }
  t.same(tries, [0, 1, 3, 7, 15, 30, 45, 60])
})

t.test('after three silences the line is opened anew: the peer may be gone without a word', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire()
  const line = lineOn(clock, wire)
  for (let turn = 0; turn < 4; turn++) {
    const pending = line.transact(request)
    await pass(clock, 1000, 500)
    t.match(await pending, { kind: 'timeout' })
  }
  t.equal(wire.dials, 2)
})

t.test('a queue that nobody empties is bounded and says so', async (t) => {
  const line = lineOn(new FakeClock(), new MemoryWire())
  const all = Array.from({ length: 257 }, () => line.transact(request))
  t.match(await all[256], { ok: false, kind: 'aborted', detail: /256/ })
  await line.close()
  await Promise.all(all)
})

t.test("a request no terminal could answer is the caller's mistake", async (t) => {
  const line = lineOn(new FakeClock(), new MemoryWire())
  for (const wrong of [{ count: 0 }, { count: 126 }, { unit: 256 }, { address: 65535, count: 2 }, { address: 1.5 }]) {
    await t.rejects(line.transact({ ...request, ...wrong }), { code: 'CIV_BRIDGE_REQUEST' })
  }
})
