import { FakeClock } from '@civitals/contracts/clock'
import fc from 'fast-check'
import t from 'tap'
import { listenTcp, tcpReply } from '../testing/scripted-terminal.ts'
import { pass, settle } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { StreamLine } from '../wire/stream-line.ts'
import { WindowProbe } from '../wire/window-probe.ts'
import { MbapFraming } from './mbap-framing.ts'
import { checkRequest } from './pdu.ts'

const request = { unit: 1, function: 'holding', address: 0, count: 1 } as const
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

t.test('header and PDU are those of the specification', async (t) => {
  const framing = new MbapFraming()
  // The PDU is the example of [MODBUS 6.3]: read holding registers 108 to 110.
  t.same(
    framing.begin({ unit: 0x11, function: 'holding', address: 107, count: 3 }, 1),
    hex('0001 0000 0006 11 03 006B 0003'),
  )
  t.match(framing.push(hex('0001 0000 0009 11 03 06 022B 0000 0064'), 0), [
    { reply: { ok: true, registers: [555, 0, 100] } },
  ])
})

t.test('[L] a reply in any pieces is one reply', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 8 }), (cuts) => {
      const framing = new MbapFraming()
      framing.begin({ ...request, count: 4 }, 1)
      let rest = hex('0001 0000 000B 01 03 08 0001 0002 0003 0004')
      const verdicts: unknown[] = []
      for (const cut of [...cuts, rest.length]) {
        if (rest.length > 0) verdicts.push(...framing.push(rest.subarray(0, cut), 0))
        rest = rest.subarray(cut)
      }
      t.match(verdicts, [{ reply: { ok: true, registers: [1, 2, 3, 4] } }])
    }),
  )
})

t.test('a header that breaks the rules is a violation', async (t) => {
  const wrong = {
    'protocol id': '0001 0001 0005 01 03 02 0000',
    'length 0': '0001 0000 0000 01 03 02 0000',
    'length beyond 254': '0001 0000 00FF 01 03 02 0000',
    'never asked': '0777 0000 0005 01 03 02 0000',
  }
  for (const [detail, bytes] of Object.entries(wrong)) {
    const framing = new MbapFraming()
    framing.begin(request, 1)
    t.match(framing.push(hex(bytes), 0), [
      { kind: 'violation', detail: new RegExp(detail.replace('beyond 254', '255')) },
    ])
  }
})

t.test('[D] stray bytes cost one transaction, not all that follow', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) => {
    listenTcp(far, (seen) => {
      if (seen.address === 0) far.write(Buffer.from([0, 9, 0, 0, 0xff, 0xff, 1]))
      far.write(tcpReply(seen))
    })
  })
  const timing = { gapMs: 0, characterMs: 0, timeoutMs: () => 1000 }
  const line = new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing: new MbapFraming(),
    timing,
    quarantineMs: 0,
    silentLimit: 3,
  })
  t.match(await line.transact(request), { ok: false, kind: 'link', detail: /65535/ })
  await pass(clock, 1000, 500)
  for (let address = 1; address <= 20; address++) {
    t.match(await line.transact({ ...request, address }), { ok: true, registers: [1000 + address] })
  }
  t.equal(wire.dials, 2)
})

t.test('[E] eight requests under way, answered in reverse: each call gets its own data', async (t) => {
  const clock = new FakeClock()
  let crowded = 0
  const wire = new MemoryWire((far) => {
    const waiting: Buffer[] = []
    listenTcp(far, (seen) => {
      waiting.unshift(tcpReply(seen))
      if (waiting.length > 1) return
      clock.after(5, () => {
        const replies = waiting.splice(0)
        crowded = Math.max(crowded, replies.length)
        far.write(Buffer.concat(replies))
      })
    })
  })
  const line = new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing: new MbapFraming(),
    timing: { gapMs: 0, characterMs: 0, timeoutMs: () => 1000 },
    quarantineMs: 0,
    silentLimit: 3,
    window: new WindowProbe(8),
  })
  const all = Array.from({ length: 200 }, (_, address) => line.transact({ ...request, address }))
  await pass(clock, 1000, 5)
  for (const [address, outcome] of (await Promise.all(all)).entries()) {
    t.match(outcome, { ok: true, registers: [1000 + address] })
  }
  t.equal(crowded, 8)
  t.equal(wire.dials, 1)
})

t.test('replies to requests given up are known by their id and dropped', async (t) => {
  const clock = new FakeClock()
  const wire = new MemoryWire((far) => {
    listenTcp(far, (seen) => {
      clock.after(seen.address === 0 ? 150 : 80, () => far.write(tcpReply(seen)))
    })
  })
  const timing = { gapMs: 0, characterMs: 0, timeoutMs: () => 100 }
  const line = new StreamLine({
    clock,
    check: checkRequest,
    dial: wire.dial,
    framing: new MbapFraming(),
    timing,
    quarantineMs: 0,
    silentLimit: 3,
  })
  const both = [line.transact(request), line.transact({ ...request, address: 100 })]
  await pass(clock, 400)
  t.match(await both[0], { ok: false, kind: 'timeout' })
  t.match(await both[1], { ok: true, registers: [1100] })
  t.equal(wire.dials, 1, 'the connection is kept')
})

t.test('[E] transaction ids use all 16 bits and start again at 1', async (t) => {
  const framing = new MbapFraming()
  const ids = new Set<number>()
  for (let turn = 0; turn < 0xffff; turn++) {
    const frame = framing.begin(request, 1)
    ids.add(frame.readUInt16BE(0))
    framing.push(tcpReply({ id: frame.readUInt16BE(0), unit: 1, code: 3, address: 0, count: 1 }), 0)
  }
  t.equal(ids.size, 0xffff)
  t.equal(framing.begin(request, 1).readUInt16BE(0), 1)
  await settle()
})
