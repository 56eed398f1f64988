import t from 'tap'
import { redact, redactAll } from './secrets.ts'

t.test('secrets and the user part of URLs are hidden, wherever they stand', async (t) => {
  t.equal(redact('login with hunter2secret failed', ['hunter2secret']), 'login with (hidden) failed')
  t.equal(redact('at mqtt://gw-01:pa:ss@10.0.0.1:1883/', []), 'at mqtt://(hidden)@10.0.0.1:1883/')
  t.equal(redact('at mqtt://gw-01:p@s/s@10.0.0.1:1883', []), 'at mqtt://(hidden)@10.0.0.1:1883')
  t.equal(redact('at https://token@host, and http://a:b@c', []), 'at https://(hidden)@host, and http://(hidden)@c')
  t.equal(redact('mqtt://10.0.0.1:1883 by a@b.example', []), 'mqtt://10.0.0.1:1883 by a@b.example')
  t.equal(redact('abc', ['b']), 'abc', 'hiding one letter would tell it')
})

t.test('in keys, lists and values; numbers stay', async (t) => {
  const value = { list: ['x secret', 7], secret: { deep: 'secret' }, none: null, flag: true }
  const clean = { list: ['x (hidden)', 7], '(hidden)': { deep: '(hidden)' }, none: null, flag: true }
  t.same(redactAll<unknown>(value, ['secret']), clean)
})
