import t from 'tap'
import { Registration } from './registration.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const imei = '867512039847561'

t.test('a DTU names itself by IMEI or ICCID, with or without a line end', async (t) => {
  const usual = new Registration({})
  for (const name of [imei, `${imei}\r\n`, '89860012345678901234', '898602F3131770024391'])
    t.equal(usual.read(Buffer.from(name))?.dtu, name.trim())
  for (const other of ['86751203984756', '##0123QN=867512039847561', '', 'x'.repeat(600), `${imei}9`])
    t.equal(usual.read(Buffer.from(other)), undefined, other.slice(0, 30))
})

t.test('what the network put behind it is for the line, however long it is', async (t) => {
  const usual = new Registration({})
  const data = Buffer.concat([hex('01 03 02 00 07 F9 86'), Buffer.alloc(4000, '#')])
  t.same(usual.read(Buffer.concat([Buffer.from(imei), data]))?.rest, data)
  const frame = Buffer.from('##0087QN=20260101080000123')
  t.same(usual.read(Buffer.concat([Buffer.from(`${imei}\r\n`), frame]))?.rest, frame)
})

t.test('a pattern over text or digits; what comes behind it is for the line', async (t) => {
  const text = new Registration({ identify: { pattern: '^REG,(?<id>\\w+);' } })
  t.match(text.read(Buffer.from('REG,pump7;##0')), { dtu: 'pump7', rest: Buffer.from('##0'), mayGrow: false })
  const bytes = new Registration({ identify: { pattern: '^fe01(?<id>[0-9a-f]{8})', as: 'hex' } })
  t.match(bytes.read(hex('FE 01 0A 0B 0C 0D 01 03')), { dtu: '0a0b0c0d', rest: hex('01 03') })
  t.equal(bytes.read(hex('FE 01 0A 0B 0C 0D'))?.mayGrow, false, 'of fixed length')
  t.equal(bytes.read(hex('FE 01 0A 0B')), undefined, 'not all of it has come')
})

t.test('a name that ends where the bytes end may still be half of another', async (t) => {
  t.equal(new Registration({}).read(Buffer.from('89860012345678901234'.slice(0, 15)))?.mayGrow, true)
  const open = new Registration({ identify: { pattern: '^REG,(?<id>\\w+)' } })
  t.match(open.read(Buffer.from('REG,pump')), { dtu: 'pump', mayGrow: true })
  t.match(open.read(Buffer.from('REG,pump ')), { dtu: 'pump', mayGrow: false })
})
