// The bound of what waits, and who is held beyond it.
import t from 'tap'
import type { Delivery } from './port.ts'
import { IntakeQueue } from './queue.ts'

const delivery = (gateway: string, size = 10): Delivery => ({
  gateway,
  lane: 'live',
  payload: new Uint8Array(size),
  receivedAt: 0,
})

t.test('beyond the bound gateways are held, in order, until there is room', async (t) => {
  const queue = new IntakeQueue({ bytes: 25, deliveries: 100 })
  const taken: string[] = []
  for (const gateway of ['a', 'b', 'c', 'd', 'e']) queue.offer(delivery(gateway), () => taken.push(gateway))
  t.same(taken, ['a', 'b', 'c'])
  t.equal(queue.held, 2)
  t.equal(queue.take()?.gateway, 'a')
  queue.offer(delivery('f'), () => taken.push('f'))
  t.equal(queue.held, 3, 'nobody overtakes those who are held')
  queue.admitHeld()
  t.same(taken, ['a', 'b', 'c', 'd'])
  const order: string[] = []
  for (let next = queue.take(); next; next = queue.take()) {
    order.push(next.gateway)
    queue.admitHeld()
  }
  t.same(order, ['b', 'c', 'd', 'e', 'f'])
  t.same([queue.deliveries, queue.bytes, queue.held], [0, 0, 0])
})

t.test('the count of deliveries is bounded too', async (t) => {
  const queue = new IntakeQueue({ bytes: 1e9, deliveries: 2 })
  for (const gateway of ['a', 'b', 'c']) queue.offer(delivery(gateway), () => undefined)
  t.same([queue.deliveries, queue.held], [2, 1])
})

t.test('what is held for a gateway that has gone is forgotten', async (t) => {
  const queue = new IntakeQueue({ bytes: 10, deliveries: 100 })
  for (const gateway of ['a', 'b', 'c', 'b']) queue.offer(delivery(gateway), () => undefined)
  queue.forget('b')
  queue.take()
  queue.admitHeld()
  t.equal(queue.take()?.gateway, 'c')
})

t.test('waiting ends with a delivery, a wake or the signal', async (t) => {
  const queue = new IntakeQueue()
  const stop = new AbortController()
  const first = queue.waiting(stop.signal)
  queue.offer(delivery('a'), () => undefined)
  await first
  await queue.waiting(stop.signal)
  queue.take()
  queue.wake()
  await queue.waiting(stop.signal)
  const last = queue.waiting(stop.signal)
  stop.abort()
  await last
  t.pass()
})

t.test('a long run keeps no taken delivery', async (t) => {
  const queue = new IntakeQueue()
  for (let count = 0; count < 5_000; count++) queue.offer(delivery(String(count)), () => undefined)
  for (let count = 0; count < 5_000; count++) t.equal(queue.take()?.gateway, String(count)) || t.bailout()
  t.equal(queue.take(), undefined)
})
