import t from 'tap'
import type { SerialTransport } from '../transport.ts'
import { characterMs, interFrameMs, networkTiming, serialTiming } from './timing.ts'

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

t.test('patience grows with what is asked and with a slower line', async (t) => {
  const slow = serialTiming(line(2400))
  // (13 + 2 x 125) characters of 10 bits at 2400 baud take 1096 ms.
  t.ok(slow.timeoutMs(read(125)) > 1096 + 250 && slow.timeoutMs(read(125)) < 1096 + 300)
  t.ok(serialTiming(line(115_200)).timeoutMs(read(1)) < 270)
  t.equal(serialTiming(line(9600), 700).timeoutMs(read(1)), 700)
  t.equal(networkTiming().timeoutMs(read(1)), 1000)
})
