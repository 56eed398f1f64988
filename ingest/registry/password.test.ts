// What stands in the registry of a password: a person's costs every try much, a machine's need not.
import { randomBytes, scryptSync } from 'node:crypto'
import t from 'tap'
import { hashPassword, verifyPassword } from './password.ts'

t.test('a hash says what it took, and fits its password alone', async (t) => {
  for (const [password, n] of [
    ['correct horse battery staple', 16_384],
    ['short_and_plain', 16_384],
    [randomBytes(24).toString('base64url'), 1_024],
  ] as const) {
    const hash = await hashPassword(password)
    const [, cost, salt, key] = hash.split('$')
    t.equal(Number(cost), n, password)
    const expected = scryptSync(password, Buffer.from(salt ?? '', 'base64'), 32, { N: n, r: 8, p: 1 })
    t.equal(key, expected.toString('base64'))
    t.ok(await verifyPassword(Buffer.from(password), hash))
    t.notOk(await verifyPassword(Buffer.from(`${password}x`), hash))
  }
})
