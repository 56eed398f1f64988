// What `civitals up` takes for a broker of others, and where its password may come from.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { brokerLogin } from './io/broker-login.ts'

const of = (options: Record<string, string>) =>
  brokerLogin({ positionals: [], lists: {}, options: { 'broker-user': 'centre', ...options } })

t.test('none: ours is used', async (t) => {
  t.equal(of({}), undefined)
  t.throws(() => of({ 'broker-password-file': 'p' }), { code: 'CIV_CLI_USAGE' })
})

t.test('a password file is read at each login, its first line', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'login-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'password')
  writeFileSync(file, 'first\nmore\n')
  const login = of({ broker: 'mqtt://10.0.0.5:1884', 'broker-password-file': file })
  t.match(login, { url: 'mqtt://10.0.0.5:1884', username: 'centre' })
  t.equal(login?.password?.(), 'first')
  writeFileSync(file, 'second\n')
  t.equal(login?.password?.(), 'second')
  t.throws(() => of({ broker: 'mqtt://h', 'broker-password-file': join(folder, 'none') }), { code: 'CIV_CLI_FILE' })
})

t.test('an address that is none, or that carries secrets, is refused without printing them', async (t) => {
  for (const broker of ['10.0.0.5', 'http://h', 'mqtt://'])
    t.throws(() => of({ broker }), { code: 'CIV_CLI_USAGE', message: /mqtt:\/\/HOST/ })
  try {
    of({ broker: 'mqtt://centre:geheim@10.0.0.5' })
    t.fail('taken')
  } catch (error) {
    t.match(error, { code: 'CIV_CLI_USAGE' })
    t.notMatch(String(error), /geheim/)
  }
})
