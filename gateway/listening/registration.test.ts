import t from 'tap'
import { Registration } from './registration.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

t.test('a DTU names itself by IMEI or ICCID, with or without a line end', async (t) => {
  const usual = new Registration({})
  for (const imei of ['867512039847561', '867512039847561\r\n', '89860012345678901234'])
    t.equal(usual.read(Buffer.from(imei))?.dtu, imei.trim())
  for (const other of ['86751203984756', '##0123QN=867512039847561', '', 'x'.repeat(600)])
    t.equal(usual.read(Buffer.from(other)), undefined, other.slice(0, 30))
})

t.test('a pattern over text or digits; what comes behind it is for the line', async (t) => {
  const text = new Registration({ identify: { pattern: '^REG,(?<id>\\w+);' } })
  t.same(text.read(Buffer.from('REG,pump7;##0')), { dtu: 'pump7', rest: Buffer.from('##0') })
  const bytes = new Registration({ identify: { pattern: '^fe01(?<id>[0-9a-f]{8})', as: 'hex' } })
  t.same(bytes.read(hex('FE 01 0A 0B 0C 0D 01 03')), { dtu: '0a0b0c0d', rest: hex('01 03') })
  t.equal(bytes.read(hex('FE 01 0A 0B')), undefined, 'not all of it has come')
})

t.test('heartbeats are swallowed: alone, many at once, around data', async (t) => {
  const ping = new Registration({ heartbeat: 'PING' })
  const data = hex('01 03 02 00 07 F9 86')
  const kept = (...parts: (string | Buffer)[]) =>
    ping.keep(Buffer.concat(parts.map((part) => Buffer.from(part as string))), 'd')
  t.same(kept('PING').length, 0)
  t.same(kept('PING', 'PING').length, 0)
  t.same(kept(data), data)
  t.same(kept('PING', data), data)
  t.same(kept(data, 'PING'), data)
})

t.test('a short heartbeat may stand in data by chance: there it stays', async (t) => {
  const beat = new Registration({ heartbeat: '0xFE01' })
  t.equal(beat.keep(hex('FE 01'), 'd').length, 0)
  t.equal(beat.keep(hex('FE 01 FE 01'), 'd').length, 0)
  t.same(beat.keep(hex('01 03 02 FE 01 38 24'), 'd'), hex('01 03 02 FE 01 38 24'))
  t.same(beat.keep(hex('01 03 FE 01'), 'd'), hex('01 03 FE 01'))
})

t.test('the registration packet sent again is none of the data, that of another is', async (t) => {
  const usual = new Registration({})
  t.equal(usual.keep(Buffer.from('867512039847561'), '867512039847561').length, 0)
  t.equal(usual.keep(Buffer.from('867512039847561'), '111112039847561').length, 15)
})
