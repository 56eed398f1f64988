import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** scrypt cost: 16 MiB and about 40 ms a try on an edge-class core [RFC 7914 2; OWASP minimum for N = 2^14, r = 8 is p = 5 for people's passwords; gateway secrets are random]. */
const cost = { N: 2 ** 14, r: 8, p: 1 }
/**
 * What a machine made at random, as `secrets/` has it, is 192 bits that nobody guesses however cheap a try is: 1 MiB and a sixteenth of the time,
 * since a start with 500 gateways looks at 500 of them.
 */
const costOfRandom = 2 ** 10
const random = /^[A-Za-z0-9_-]{32,}$/
const keyBytes = 32

const derive = (password: Uint8Array, salt: Uint8Array, n: number): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password, salt, keyBytes, { ...cost, N: n }, (error, key) => (error ? reject(error) : resolve(key))),
  )

/** `scrypt$N$salt$key` of a gateway's password, salted afresh at every call. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const n = random.test(password) ? costOfRandom : cost.N
  const key = await derive(Buffer.from(password), salt, n)
  return `scrypt$${n}$${salt.toString('base64')}$${key.toString('base64')}`
}

/** Whether `password` is the one behind `hash`; false for a hash this code does not understand. */
export async function verifyPassword(password: Uint8Array, hash: string): Promise<boolean> {
  const [scheme, n, salt, key] = hash.split('$')
  if (scheme !== 'scrypt' || !n || !salt || !key) return false
  const expected = Buffer.from(key, 'base64')
  if (expected.length !== keyBytes) return false
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), Number(n)), expected)
}
