// The way to the broker, and what it says to the password.
import t from 'tap'
import { type BrokerFacts, brokerFindings, type LoginOutcome } from './broker.ts'
import { type LinkFacts, linkFindings } from './link.ts'

const good: LinkFacts = {
  ...{ host: 'centre.example', port: 1883, local: false, route: { device: 'wwan0', via: '10.8.0.1' } },
  ...{ name: { ms: 12, addresses: ['10.8.0.1'] }, connected: { ms: 80, from: '10.8.0.7' } },
}
const link = ({ route, ...facts }: Partial<LinkFacts>) =>
  linkFindings({ ...good, ...facts, ...(route && { route }) }).map(({ verdict, seen }) => `${verdict} ${seen}`)

t.test('route, name, connection', async (t) => {
  t.same(link({}), [
    'ok default route by wwan0, via 10.8.0.1',
    'ok centre.example is 10.8.0.1, found in 12 ms',
    'ok centre.example:1883 takes a connection in 80 ms, from 10.8.0.7',
  ])
  t.match(link({ connected: { ms: 1500, from: '10.8.0.7' } })[2], /^warning/)
  t.match(link({ connected: { code: 'ETIMEDOUT' } })[2], /^failure centre\.example:1883: no answer \(ETIMEDOUT\)/)
})

t.test('no default route matters only when the broker is not reached without', async (t) => {
  const { route: _, ...without } = good
  t.equal(linkFindings(without).length, 2)
  t.match(linkFindings({ ...without, connected: { code: 'ENETUNREACH' } })[0], { verdict: 'failure', next: /SIM/ })
  t.equal(linkFindings({ ...without, local: true, connected: { code: 'ECONNREFUSED' } }).length, 2)
})

t.test('a name nobody has, and no name server', async (t) => {
  const { connected: _, ...without } = good
  t.match(linkFindings({ ...without, name: { code: 'ENOTFOUND' } })[1], { verdict: 'failure', next: /spelt right/ })
  t.match(linkFindings({ ...without, name: { code: 'EAI_AGAIN' } })[1], { verdict: 'failure', next: /resolv\.conf/ })
})

const broker = (login: LoginOutcome, more: Partial<BrokerFacts> = {}) =>
  brokerFindings({
    ...{ gateway: 'gw-07', clientId: 'gw-07:doctor', url: 'mqtt://centre.example', gatewayConnected: false, login },
    ...more,
  })[0]

t.test('what the broker says, each with its own next step', async (t) => {
  const welcome = { kind: 'welcome', connectMs: 90, roundTripMs: 40 } as const
  t.match(broker(welcome), { verdict: 'ok', seen: /login in 90 ms, there and back in 40 ms/ })
  t.equal(broker({ ...welcome, roundTripMs: 3000 })?.verdict, 'warning')
  t.match(broker({ kind: 'refused', code: 5 }), {
    verdict: 'failure',
    seen: /wrong password, or a gateway it does not know/,
  })
  t.match(broker({ kind: 'refused', code: 3 }), { verdict: 'failure', seen: /not ready/ })
  t.match(broker({ kind: 'tls' }), { verdict: 'failure', seen: /speaks TLS/ })
  t.match(broker({ kind: 'no mqtt', bytes: '5353482d' }), { verdict: 'failure', seen: /5353482d/ })
  t.match(broker({ kind: 'silent', ms: 8000 }), { verdict: 'failure', seen: /said nothing for 8 s/ })
  t.match(broker({ kind: 'closed' }), { verdict: 'failure', seen: /closed the connection/ })
})

t.test("a broker that refuses the doctor's client id says nothing about the gateway", async (t) => {
  t.equal(broker({ kind: 'refused', code: 2 })?.verdict, 'warning')
  const found = broker({ kind: 'refused', code: 5 }, { gatewayConnected: true })
  t.match(found, { verdict: 'warning', next: /allow gw-07:doctor/ })
})
