// What was turned on its way is told from what was written so.
import { encodeEnvelope } from '@civitals/contracts/envelope'
import t from 'tap'
import { envelopeOf } from '../testing/envelopes.ts'
import { Wholeness } from './wholeness.ts'

const turned = (payload: Uint8Array, place: number): Uint8Array => {
  const bytes = Uint8Array.from(payload)
  bytes[place] = (bytes[place] as number) ^ 0x01
  return bytes
}

t.test('sealed envelopes are taken when their checksum holds, and never otherwise', async (t) => {
  const wholeness = new Wholeness()
  for (const compress of [false, true]) {
    const whole = encodeEnvelope(envelopeOf(1), compress)
    t.equal(wholeness.look('g1', whole), undefined)
    for (let place = 0; place < whole.length; place++) {
      t.match(wholeness.look('g1', turned(whole, place)), { reason: 'damaged envelope' }, `byte ${place}`)
    }
    t.equal(wholeness.look('g1', whole), undefined)
  }
})

t.test('an envelope of an older gateway has no checksum and is taken', async (t) => {
  const wholeness = new Wholeness()
  t.equal(wholeness.look('g1', encodeEnvelope(envelopeOf(2))), undefined)
  t.equal(wholeness.look('g1', Buffer.from(JSON.stringify(envelopeOf(1)))), undefined, 'also behind a sealed one')
})

t.test('what keeps coming unusable just so was written so: it goes on, to be settled as rejected', async (t) => {
  const wholeness = new Wholeness()
  const bad = Buffer.from('{"spool":"p1","seq":1,"samples":7}')
  t.match(wholeness.look('g1', bad), { reason: 'malformed envelope' })
  t.equal(wholeness.look('g1', bad), undefined)
  t.match(wholeness.look('g1', bad), { reason: 'malformed envelope' }, 'settled by then, or its centre was not')
  t.match(wholeness.look('g2', bad), { reason: 'malformed envelope' }, 'each gateway by itself')
  const rotten = turned(encodeEnvelope(envelopeOf(3)), 20)
  for (const time of ['first', 'second', 'third'])
    t.match(wholeness.look('g1', rotten), { reason: 'damaged envelope' }, `a line may turn one bit twice: ${time} time`)
  t.equal(wholeness.look('g1', rotten), undefined, 'rotten on its disk')
})

t.test('what is remembered is bounded', async (t) => {
  const wholeness = new Wholeness()
  const junk = (n: number) => Buffer.from(`junk ${n}`)
  for (let n = 0; n < 100; n++) t.ok(wholeness.look('g1', junk(n)))
  t.ok(wholeness.look('g1', junk(0)), 'forgotten')
  t.equal(wholeness.look('g1', junk(99)), undefined)
})
