// Brokers that do not let everybody in (mosquitto): passwords, and TLS with an authority of our own.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@civitals/contracts/testing/free-port'
import t from 'tap'
import type { LineConfig } from '../../config/schema.ts'
import { elementProfile, listeningGateway, until } from '../../testing/listening-gateway.ts'
import { missingMosquitto, mosquitto } from '../../testing/mosquitto.ts'

const options = { skip: missingMosquitto() }
const run = promisify(execFile)

const uplink = (id: string, devEui: string, object: object) => ({
  ...{ deduplicationId: id, time: new Date().toISOString(), deviceInfo: { devEui }, fPort: 2, data: 'AQ==', object },
})

t.test('a broker that wants a password: ours is taken, another one is told as the trouble', options, async (t) => {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'broker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [passwords, secret] = [join(folder, 'passwords'), join(folder, 'secret')]
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'lora', 'right'])
  await mosquitto(t, port, folder, `user root\nallow_anonymous false\npassword_file ${passwords}`)
  writeFileSync(secret, 'wrong\n')
  const profile = elementProfile('mqtt-json', { t: { element: 'object.t' } })
  const line: LineConfig = {
    id: 'lora',
    transport: { kind: 'mqtt', url: `mqtt://127.0.0.1:${port}`, username: 'lora', passwordFile: secret },
    terminals: [{ id: 'node-1', address: '0101010101010101', profile: 'mqtt-json' }],
  }
  const { samples, status, logged } = await listeningGateway(t, [line], [profile])
  await until(t, () => status()?.trouble !== undefined, 'it is refused')
  t.match(status(), { connected: false, trouble: /not authorized/i })
  t.notMatch(JSON.stringify([status(), logged]), /wrong/)
  writeFileSync(secret, 'right\n')
  await until(t, () => status()?.connected === true, 'the file was corrected: it listens without a restart')
  const who = ['-p', String(port), '-u', 'lora', '-P', 'right', '-q', '1']
  const sent = JSON.stringify(uplink('a', '0101010101010101', { t: 3 }))
  await run('mosquitto_pub', [...who, '-t', 'application/7/device/0101010101010101/event/up', '-m', sent])
  await until(t, () => samples().length === 1, 'and brings readings')
})

/** An authority of our own and a broker's certificate for 127.0.0.1. */
function certificates(folder: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const at = (name: string): string => join(folder, name)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore', cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority')
  openssl('req', ...key, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=broker')
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n')
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  openssl('x509', '-req', '-in', 'broker.csr', ...signed, '-out', 'broker.pem')
  return { ca: at('ca.pem'), cert: at('broker.pem'), key: at('broker.key') }
}

t.test('a broker with TLS: heard with its authority, refused without it', options, async (t) => {
  const [port, secure] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(tmpdir(), 'broker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const { ca, cert, key } = certificates(folder)
  const more = `user root\nallow_anonymous true\nlistener ${secure} 127.0.0.1\ncertfile ${cert}\nkeyfile ${key}`
  await mosquitto(t, port, folder, more)
  const profile = elementProfile('mqtt-json', { t: { element: 'object.t' } })
  const line = (id: string, trust: object): LineConfig => ({
    id,
    transport: { kind: 'mqtt', url: `mqtts://127.0.0.1:${secure}`, ...trust },
    terminals: [{ id: `${id}-1`, address: '0101010101010101', profile: 'mqtt-json' }],
  })
  const { gateway, samples } = await listeningGateway(
    t,
    [line('known', { caFile: ca }), line('unknown', {})],
    [profile],
  )
  const health = (id: string) => gateway.status().lines?.find((one) => one.line === id)
  await until(
    t,
    () => health('known')?.connected === true && health('unknown')?.trouble !== undefined,
    'both are known',
  )
  t.match(health('unknown')?.trouble, /certificate/)
  const sent = JSON.stringify(uplink('a', '0101010101010101', { t: 3 }))
  const where = ['-p', String(port), '-q', '1', '-t', 'application/7/device/0101010101010101/event/up']
  await run('mosquitto_pub', [...where, '-m', sent])
  await until(t, () => samples().length === 1, 'it is heard through TLS')
  t.match(samples(), [{ terminal: 'known-1', values: { t: 3 } }])
})
