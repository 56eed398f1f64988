// The allow-list: nothing by default; names lead to public addresses only; addresses in any clothes are judged alike.
import t from 'tap'
import { allowList } from './io/allow-list.ts'

t.test('an empty list refuses everything', async (t) => {
  const list = allowList([])
  for (const host of ['example.org', '127.0.0.1', '[::1]', '8.8.8.8']) t.ok(list.refusesHost(host), host)
})

t.test('names match exactly or below a star', async (t) => {
  const list = allowList(['hooks.example.org', '*.city.cn'])
  t.notOk(list.refusesHost('HOOKS.example.org'))
  t.notOk(list.refusesHost('a.city.cn'))
  for (const host of ['example.org', 'xhooks.example.org', 'city.cn', 'evilcity.cn', 'hooks.example.org.evil.cn']) {
    t.ok(list.refusesHost(host), host)
  }
})

t.test('a name that leads inside is refused unless the address is allowed too', async (t) => {
  const inside = [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '192.168.1.1',
    '::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
  ]
  const names = allowList(['hooks.example.org'])
  for (const address of inside) t.ok(names.refusesAddress('hooks.example.org', address), address)
  t.notOk(names.refusesAddress('hooks.example.org', '93.184.215.14'))
  const both = allowList(['localhost', '127.0.0.0/8', '::1'])
  t.notOk(both.refusesAddress('localhost', '127.0.0.1'))
  t.notOk(both.refusesAddress('localhost', '::ffff:127.0.0.1'))
  t.notOk(both.refusesHost('[::1]'))
  t.ok(both.refusesHost('10.0.0.1'))
})

t.test('an entry that is neither is an error', async (t) => {
  t.throws(() => allowList(['http://example.org']), { code: 'CIV_WORKORDERS_ALLOW_LIST_INVALID' })
  t.throws(() => allowList(['127.0.0.0/64']), { code: 'CIV_WORKORDERS_ALLOW_LIST_INVALID' })
})
