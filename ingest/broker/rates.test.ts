// How fast one gateway may send and one address may connect.
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { Allowances } from './allowance.ts'
import { Bucket } from './bucket.ts'
import { addressesRemembered, ConnectionRate, networkOf } from './connection-rate.ts'

t.test('a bucket gives its burst, then its rate, and names its debt', async (t) => {
  const clock = new FakeClock()
  const bucket = new Bucket(clock, { perS: 10, burst: 5 })
  t.equal(bucket.spend(5), 0)
  t.equal(bucket.spend(1), 100, 'one token is 100 ms')
  t.equal(bucket.spend(9), 1_000)
  await clock.advance(1_000)
  t.equal(bucket.spend(0), 0, 'the debt is paid')
  t.equal(bucket.take(), false)
  await clock.advance(60_000)
  for (let taken = 0; taken < 5; taken++) t.equal(bucket.take(), true)
  t.equal(bucket.take(), false, 'a long rest gives no more than the burst')
})

t.test(
  'a gateway waits for packets or bytes, whichever it has spent, and keeps its debt when it reconnects',
  async (t) => {
    const clock = new FakeClock()
    const allowances = new Allowances(clock, { packets: { perS: 10, burst: 10 }, bytes: { perS: 100, burst: 100 } })
    t.equal(allowances.of('g1').spend(20, 0), 1_000)
    t.equal(allowances.of('g1').spend(0, 0), 1_000, 'the same after a new connection')
    t.equal(allowances.of('g2').spend(1, 300), 2_000)
    t.equal(allowances.of('__proto__').spend(1, 1), 0)
  },
)

t.test('an address has its burst, others have theirs, and the table is bounded', async (t) => {
  const clock = new FakeClock()
  const rate = new ConnectionRate(clock, { perS: 1, burst: 3 })
  t.same(
    [1, 2, 3, 4].map(() => rate.admit('10.0.0.1')),
    [true, true, true, false],
  )
  t.equal(rate.admit('10.0.0.2'), true)
  await clock.advance(1_000)
  t.equal(rate.admit('10.0.0.1'), true)
  for (let n = 0; n < addressesRemembered + 500; n++) rate.admit(`172.16.${n >> 8}.${n & 255}`)
  t.equal(rate.addresses, addressesRemembered)
})

t.test('an IPv6 subscriber is one address, whatever the last half says', async (t) => {
  t.equal(networkOf('::ffff:10.0.0.1'), '10.0.0.1')
  t.equal(networkOf('2001:db8:0:1::5'), networkOf('2001:0db8::1:a:b:c:d'))
  t.not(networkOf('2001:db8:0:1::5'), networkOf('2001:db8:0:2::5'))
  t.equal(networkOf('::1'), '0:0:0:0::/64')
})
