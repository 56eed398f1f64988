// What a technician must tell apart at the broker: wrong password, unknown host, nothing there, TLS, another program, silence.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { freePort } from '@civitals/contracts/testing/free-port'
import { Aedes, type AuthenticateError } from 'aedes'
import t, { type Test } from 'tap'
import { listen } from '../../testing/file-gateway.ts'
import { missingMosquitto, mosquitto } from '../../testing/mosquitto.ts'
import { tryLogin } from './broker-login.ts'
import { connectTo, linkFacts } from './link-facts.ts'

const to = (port: number, password = 'secret') => tryLogin({ host: '127.0.0.1', port, gateway: 'gw-01', password })

async function broker(t: Test, clients: string[] = []): Promise<number> {
  const aedes = await Aedes.createBroker()
  t.teardown(() => aedes.close())
  aedes.authenticate = (client, user, password, done) => {
    clients.push(client.id)
    const fits = user === 'gw-01' && String(password) === 'secret'
    if (fits) return done(null, true)
    done(Object.assign(new Error('no'), { returnCode: 5 }) as AuthenticateError, false)
  }
  return await listen(t, aedes.handle)
}

t.test('the right password: welcome, with a round trip, under a client id that is not the gateway', async (t) => {
  const clients: string[] = []
  const { outcome, centre } = await to(await broker(t, clients))
  t.match(outcome, { kind: 'welcome', connectMs: Number, roundTripMs: Number })
  t.equal(centre, undefined, 'a broker that knows no time tells none')
  t.same(clients, ['gw-01:doctor'])
})

t.test('a wrong password is refused by its code', async (t) => {
  t.same((await to(await broker(t), 'guess')).outcome, { kind: 'refused', code: 5 })
})

t.test('mosquitto: the right password and a wrong one', { skip: missingMosquitto() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'broker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'passwords'), 'gw-01', 'secret'])
  const port = await freePort()
  await mosquitto(t, port, folder, `user root\nallow_anonymous false\npassword_file ${join(folder, 'passwords')}`)
  t.match((await to(port)).outcome, { kind: 'welcome', roundTripMs: Number })
  t.same((await to(port, 'guess')).outcome, { kind: 'refused', code: 5 })
})

t.test('a TLS port is named as one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=broker', '-keyout', key, '-out', cert]
  execFileSync('openssl', request, { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  t.same((await to(typeof address === 'object' && address ? address.port : 0)).outcome, { kind: 'tls' })
})

t.test('another program: its first bytes', async (t) => {
  const http = (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  t.same((await to(await listen(t, http))).outcome, { kind: 'no mqtt', bytes: Buffer.from('HTTP/1.1').toString('hex') })
})

t.test('a server that hangs up', async (t) => {
  t.same((await to(await listen(t, (socket) => socket.destroy()))).outcome, { kind: 'closed' })
})

t.test('nothing listens, and a name nobody has', async (t) => {
  t.same(await connectTo('127.0.0.1', await freePort(), 2000), { code: 'ECONNREFUSED' })
  const facts = await linkFacts('no-such-host.invalid', 1883)
  t.match(facts, { name: { code: /ENOTFOUND|EAI_AGAIN/ }, local: false })
  t.equal(facts.connected, undefined)
})
