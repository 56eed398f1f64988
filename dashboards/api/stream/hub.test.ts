import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import type { Health, LiveEvent } from '../sources.ts'
import { LiveHub, type StreamClient } from './hub.ts'

class Browser implements StreamClient {
  received: string[] = []
  bufferedBytes = 0
  dropped = false
  write(text: string): void {
    this.received.push(text)
  }
  drop(): void {
    this.dropped = true
  }
  get messages(): { event: string; data: unknown }[] {
    return [...this.received.join('').matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map((match) => ({
      event: match[1]!,
      data: JSON.parse(match[2]!),
    }))
  }
}

function open(options = {}, health: Health = { ready: true, facts: {} }) {
  const clock = new FakeClock()
  let listener: (event: LiveEvent) => void = () => undefined
  let subscribed = false
  const subscribe = (given: typeof listener): Disposable => {
    listener = given
    subscribed = true
    return {
      [Symbol.dispose]: () => {
        subscribed = false
      },
    }
  }
  const hub = new LiveHub({ subscribe, health: () => health }, clock, options)
  return { clock, hub, emit: (event: LiveEvent) => listener(event), isSubscribed: () => subscribed }
}

const reading = (value: number, at: number, point = 'depth'): Reading => ({
  terminal: 'w1',
  point,
  at,
  value,
  quality: 'good',
})

t.test('of each series only the newest reading by event time travels, once a second', async (t) => {
  const { clock, hub, emit } = open()
  const browser = new Browser()
  hub.add(browser)
  for (let step = 0; step < 50; step++)
    emit({ kind: 'readings', readings: [reading(step, step), reading(-1, step, 'battery')] })
  emit({ kind: 'readings', readings: [reading(999, 10)] })
  t.equal(browser.messages.length, 1, 'only hello so far')
  await clock.advance(1000)
  const [, message] = browser.messages
  t.same(message, { event: 'readings', data: [reading(49, 49), reading(-1, 49, 'battery')] })
  await clock.advance(5000)
  t.equal(browser.messages.length, 2, 'nothing changed, nothing is sent')
})

t.test(
  'an outage is told at once to who joins, and to who is there when it ends; without what an engine said',
  async (t) => {
    const storeDown = { store: 'series' as const, since: 5, message: 'no space left on /srv/civitals' }
    const { clock, hub, emit } = open({}, { ready: false, facts: {}, storeDown })
    const browser = new Browser()
    hub.add(browser)
    t.same(browser.messages, [{ event: 'hello', data: { now: clock.now(), outage: { store: 'series', since: 5 } } }])
    emit({ kind: 'outage', outage: null })
    await clock.advance(1000)
    t.same(browser.messages.at(-1), { event: 'outage', data: null })
  },
)

t.test('a browser that does not read is dropped, the others go on', async (t) => {
  const { clock, hub, emit } = open({ maxBufferedBytes: 100 })
  const [slow, quick] = [new Browser(), new Browser()]
  hub.add(slow)
  hub.add(quick)
  slow.bufferedBytes = 101
  emit({ kind: 'readings', readings: [reading(1, 1)] })
  await clock.advance(1000)
  t.equal(slow.dropped, true)
  t.equal(quick.dropped, false)
  t.equal(quick.messages.length, 2)
  t.same(hub.facts, { clients: 1, dropped: 1 })
})

t.test('without a browser nothing is kept and no timer runs', async (t) => {
  const { clock, hub, emit } = open()
  const browser = new Browser()
  const joined = hub.add(browser)
  emit({ kind: 'readings', readings: [reading(1, 1)] })
  joined?.[Symbol.dispose]()
  t.equal(clock.nextTimerInMs, undefined)
  emit({ kind: 'readings', readings: [reading(2, 2)] })
  t.equal(clock.nextTimerInMs, undefined)
  hub.add(browser)
  await clock.advance(1000)
  t.same(
    browser.messages.map((message) => message.event),
    ['hello', 'hello'],
  )
})

t.test('an idle stream is kept open by a comment', async (t) => {
  const { clock, hub } = open()
  const browser = new Browser()
  hub.add(browser)
  await clock.advance(31_000)
  t.equal(browser.received.filter((text) => text.startsWith(':')).length, 2)
})

t.test('more streams than it takes are refused; disposing ends all', async (t) => {
  const { hub, isSubscribed } = open({ maxClients: 1 })
  const browser = new Browser()
  t.ok(hub.add(browser))
  t.equal(hub.add(new Browser()), undefined)
  hub[Symbol.dispose]()
  t.equal(browser.dropped, true)
  t.equal(isSubscribed(), false)
})
