import t from 'tap'
import type { SerialTransport } from '../transport.ts'
import { characterMs, interFrameMs, networkTiming, rtuOverTcpTiming, serialTiming } from './timing.ts'

const line = (baud: number, more: Partial<SerialTransport> = {}): SerialTransport => ({
  kind: 'serial',
  path: '/dev/ttyS0',
  baud,
  ...more,
})
const read = (count: number) => ({ unit: 1, function: 'holding' as const, address: 0, count })

t.test('a character has start, data, parity and stop bits', async (t) => {
  t.equal(characterMs(line(1000)), 10)
  t.equal(characterMs(line(1000, { parity: 'even' })), 11)
  t.equal(characterMs(line(1000, { dataBits: 7, parity: 'odd', stopBits: 2 })), 11)
})

t.test('3.5 characters up to 19200 baud, 1.75 ms above [MODBUS SERIAL 2.5.1.1]', async (t) => {
  t.equal(interFrameMs(line(9600)).toFixed(2), '3.65')
  // The specification counts 11 bits a character: 38.5 bits.
  t.equal(interFrameMs(line(9600, { parity: 'even' })).toFixed(2), '4.01')
  t.equal(interFrameMs(line(19200, { parity: 'even' })).toFixed(2), '2.01')
  t.equal(interFrameMs(line(38400)), 1.75)
})

t.test('patience grows with what is asked, with a slower line and with a slower terminal', async (t) => {
  const slow = serialTiming(line(2400))
  // (13 + 2 x 125) characters of 10 bits at 2400 baud take 1096 ms, the two gaps 29 ms; 24 ms are the system's.
  t.equal(Math.round(slow.timeoutMs(read(125), 60)), 1096 + 29 + 60 + 24)
  const quick = serialTiming(line(115_200))
  t.ok(quick.timeoutMs(read(1), 250) < 282, 'a terminal that has not answered yet')
  t.ok(
    quick.timeoutMs(read(1), 3) < 35,
    'one that is known to be quick is not waited for longer than the system may take',
  )
  t.ok(quick.timeoutMs(read(1), 60_000) < 3010, 'and none for ever')
  t.equal(serialTiming(line(9600), 700).timeoutMs(read(1), 5), 700)
})

t.test('a serial line waits for the whole reply of every function', async (t) => {
  const { timeoutMs } = serialTiming(line(9600))
  const more = (request: Parameters<typeof timeoutMs>[0]) =>
    Math.round((timeoutMs(request, 60) - timeoutMs(read(1), 60)) / characterMs(line(9600)))
  t.equal(more({ unit: 1, function: 'coil', address: 0, count: 17 }), 1, 'three bytes of bits instead of two')
  t.equal(more({ unit: 1, function: 'write-register', address: 0, value: 0 }), 1, '8 + 8 characters instead of 8 + 7')
  t.equal(more({ unit: 1, function: 'write-registers', address: 0, values: [1, 2, 3] }), 1 + 7)
  const both = {
    unit: 1,
    function: 'read-write-registers',
    address: 0,
    writeAddress: 0,
    values: [1],
    count: 2,
  } as const
  t.equal(more(both), 7 + 2)
  t.ok(more({ unit: 1, function: 'identify', level: 'basic', object: 0 }) > 240, 'its length is not known')
})

t.test(
  'behind a socket: a second at first, then what the way has shown, but never less than a lost packet takes',
  async (t) => {
    const { timeoutMs } = networkTiming()
    t.equal(timeoutMs(read(1), 1000), 1024)
    t.equal(timeoutMs(read(1), 2), 400)
    t.equal(timeoutMs(read(1), 900), 924)
    t.equal(timeoutMs(read(1), 20_000), 5000)
    t.equal(networkTiming(80).timeoutMs(read(1), 2), 80)
  },
)

t.test('RTU through a socket: the far line may be slow', async (t) => {
  const { timeoutMs } = rtuOverTcpTiming()
  t.ok(timeoutMs(read(125), 2) > 400 + 1090 && timeoutMs(read(1), 2) < 530)
})
