// Whether the gateway could start with its configuration, and its password.
import t from 'tap'
import { type ConfigurationFacts, configurationFindings, type PasswordFacts } from './configuration.ts'

const machine = { civitals: '0.1.0', node: 'v24.0.0', platform: 'linux-arm64', kernel: '6.1', user: 'root' }
const good: ConfigurationFacts = {
  ...{ file: '/etc/civitals/gateway.yaml', problems: [], gateway: 'gw-07', hash: 'c0ffee', lines: 1, terminals: 2 },
  password: { from: 'file', name: '/etc/civitals/gw-07.password' },
}
const of = (facts: Partial<ConfigurationFacts>) => configurationFindings({ ...good, ...facts }, machine)
const password = (facts: Partial<PasswordFacts>) =>
  of({ password: { from: 'file', name: '/etc/civitals/gw-07.password', ...facts } })[2]

t.test('a configuration that can be used', async (t) => {
  t.same(
    of({}).map(({ verdict, seen }) => `${verdict} ${seen}`),
    [
      'ok Civitals 0.1.0, Node v24.0.0, linux-arm64, Linux 6.1, as user root',
      'ok gateway gw-07, 1 line, 2 terminals, hash c0ffee: can be used',
      'ok password file /etc/civitals/gw-07.password can be read',
    ],
  )
  t.match(of({ terminals: 0 })[1], { verdict: 'warning', next: /gateway scan/ })
})

t.test('problems: the first five, how many more, the next step', async (t) => {
  const problems = Array.from({ length: 7 }, (_, place) => `gateway.yaml:${place + 1}:1: wrong`)
  const found = of({ problems }).slice(1)
  t.equal(found.length, 5)
  t.match(found.at(-1), {
    verdict: 'failure',
    next: /^2 problems more; correct it, then: civitals gateway run --config/,
  })
  t.match(of({ problems: ['/etc/civitals/gateway.yaml: cannot be read (EACCES)'] })[1], { next: 'run it with sudo' })
})

t.test('the password: missing, empty, closed to the service, open to all, of the environment', async (t) => {
  t.match(password({ trouble: 'ENOENT' }), { verdict: 'failure', next: /secrets\/gw-07\.password/ })
  t.match(password({ trouble: 'empty' }), { verdict: 'failure', seen: /is empty/ })
  t.match(password({ closedTo: 'civitals' }), { verdict: 'failure', next: /chgrp civitals .*chmod 640/ })
  t.match(password({ open: true }), { verdict: 'warning', next: /chmod 640/ })
  t.match(password({ from: 'environment', name: 'PW' }), { verdict: 'ok', seen: /variable PW/ })
  t.match(password({ from: 'environment', name: 'PW', trouble: 'ENOENT' }), { verdict: 'warning' })
})
