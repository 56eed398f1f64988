// A real pseudo-terminal that goes and comes back under the same name, as an adapter does that is pulled out and put in again: told once,
// opened again, and read on, whether the gateway asks on it or listens.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModbusProfile, Profile } from '@civitals/firmware-bridge/profile'
import t, { type Test } from 'tap'
import type { LineConfig } from '../../config/schema.ts'
import { listen } from '../../testing/file-gateway.ts'
import { elementProfile, listeningGateway, until } from '../../testing/listening-gateway.ts'

const skip = !existsSync('/usr/bin/socat') && 'socat is not installed'
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** A serial port whose other end is a socket; `pull` takes it away, `put` brings it back under the same name. */
function adapter(t: Test, folder: string, port: number) {
  const path = join(folder, 'tty')
  let socat: ChildProcess | undefined
  const put = async (): Promise<void> => {
    socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${port}`], { stdio: 'ignore' })
    await until(t, () => existsSync(path), 'the port is there')
  }
  const pull = async (): Promise<void> => {
    const gone = socat && once(socat, 'exit')
    socat?.kill('SIGTERM')
    await gone
    socat = undefined
  }
  return { path, put, pull }
}

/** Until the port is read, without it for two attempts to open it, and until it is read again. */
async function pulledAndPut(t: Test, line: Omit<LineConfig, 'transport'>, profile: Profile, port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'pty-'))
  const { path, put, pull } = adapter(t, folder, port)
  await put()
  const transport = { kind: 'serial', path, baud: 9600 } as const
  const { samples, status, logged } = await listeningGateway(t, [{ ...line, transport }], [profile])
  t.teardown(async () => {
    await pull()
    rmSync(folder, { recursive: true })
  })
  const good = (): number => samples().filter(({ values }) => Object.keys(values).length > 0).length
  const told = (msg: string): number => logged.filter((one) => one.msg === msg).length
  await until(t, () => good() > 0, 'it is read')
  t.equal(status()?.trouble, undefined)
  await pull()
  await until(t, () => /is not there/.test(status()?.trouble ?? ''), 'opening it again is tried and told in the status')
  t.match(status(), { connected: false })
  t.same([told('line is down'), told('line works again')], [1, 0])
  await put()
  const before = good()
  await until(t, () => good() > before, 'it is read again', 20_000)
  t.match(status(), { connected: true })
  t.equal(status()?.trouble, undefined)
  t.same([told('line is down'), told('line works again')], [1, 1], 'each is told once')
}

const gauge: ModbusProfile = {
  ...{ profile: 'gauge', version: 1, kind: 'k', group: 'g', name: { zh: '水位', en: 'gauge' }, source: 'test' },
  ...{ reportEvery: '1s', protocol: 'modbus' },
  points: [
    {
      ...{ id: 'depth', name: { zh: '水位', en: 'depth' }, unit: 'none', class: 'normal', resolution: 1 },
      ...{ range: [0, 9999], read: { function: 'holding', address: 7, type: 'u16' } },
    },
  ],
}

t.test('a port the gateway asks on', { skip }, async (t) => {
  const port = await listen(t, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(bytes('05 03 02 03 EF 08 F8')))
  })
  await pulledAndPut(t, { id: 'l', terminals: [{ id: 't1', unit: 5, profile: 'gauge' }] }, gauge, port)
})

t.test('a port the gateway listens on', { skip }, async (t) => {
  // A timed report of a water level [yu-xiaoyao/sl651-2014-server].
  const report = bytes(
    '7E7E05001122334403E832002B020034170718110016F1F1001122334448F0F01707181100201900004026190000403923000104903812109903A421',
  )
  const port = await listen(t, (socket) => {
    const speaking = setInterval(() => socket.write(report), 100)
    socket.on('error', () => undefined).on('close', () => clearInterval(speaking))
    socket.resume()
  })
  const line = {
    id: 'l',
    protocol: 'sl651',
    terminals: [{ id: 't1', address: '0011223344', profile: 'sl651' }],
  } as const
  await pulledAndPut(
    t,
    { ...line, terminals: [...line.terminals] },
    elementProfile('sl651', { level: { element: '39' } }),
    port,
  )
})
