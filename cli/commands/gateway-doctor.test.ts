// The doctor beside a running gateway, and in every way a box can be ill: what it names, and that no report holds the password.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runGateway } from '@civitals/gateway/main'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { testCentre } from '../testing/centre.ts'
import { testTerminal } from '../testing/modbus-server.ts'
import { run } from '../testing/run.ts'

const secret = 'rosebud-4711'

interface Box {
  readonly folder: string
  readonly file: string
  readonly brokerPort: number
  /** Writes the configuration anew, `from` replaced by `to`. */
  change(from: string | RegExp, to: string): void
}

/** A centre, a terminal, and the folder of a gateway with its configuration. */
async function box(t: Test): Promise<Box & { readonly centre: Awaited<ReturnType<typeof testCentre>> }> {
  const centre = await testCentre('gw-01', secret)
  const terminal = await testTerminal(Array.from({ length: 4 }, (_, place) => [place, 0x4276] as const))
  const folder = mkdtempSync(join(tmpdir(), 'box-'))
  t.teardown(async () => {
    await Promise.all([centre.close(), terminal.close()])
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'gateway.yaml')
  const text = `gateway: gw-01
uplink: { url: mqtt://127.0.0.1:${centre.ingest.port}, passwordFile: ./password }
spool: { folder: ./spool }
poll: { alarm: 100ms, normal: 100ms, bulk: 100ms }
lines:
  - id: line-1
    transport: { kind: modbus-tcp, host: 127.0.0.1, port: ${terminal.port} }
    terminals: [{ id: noise-01, unit: 1, profile: noise-meter }]
`
  writeFileSync(file, text)
  writeFileSync(join(folder, 'password'), `${secret}\n`, { mode: 0o600 })
  return {
    ...{ centre, folder, file, brokerPort: centre.ingest.port },
    change(from, to) {
      const changed = text.replace(from, to)
      if (changed === text) throw new Error(`the configuration has no ${from}`)
      writeFileSync(file, changed)
    },
  }
}

const doctor = (file: string, ...more: string[]) => run('gateway', 'doctor', '--config', file, ...more)

/** Runs it, as text and as JSON; both without the secret and in a readable width. */
async function examined(t: Test, file: string) {
  const [text, json] = await Promise.all([doctor(file), doctor(file, '--json')])
  for (const { out, err } of [text, json]) t.notMatch(out + err, secret, 'no secret')
  const long = text.out.split('\n').filter((line) => line.length > 100 && !line.includes(tmpdir()))
  t.same(long, [], 'no line beyond 100 columns')
  const report = JSON.parse(json.out)
  const failures: string[] = report.findings
    .filter((one: { verdict: string }) => one.verdict === 'failure')
    .map((one: { section: string; seen: string }) => `${one.section}: ${one.seen}`)
  t.equal(text.code, failures.length > 0 ? 1 : 0)
  t.equal(json.code, text.code)
  t.match(text.out.trimEnd().split('\n').at(-1), /^verdict: /)
  return { report, failures, out: text.out }
}

t.test('beside a running gateway: it is seen to deliver, and is not disturbed', async (t) => {
  const { file, centre } = await box(t)
  const stop = new AbortController()
  const running = await runGateway({ configFile: file, logger: pino({ level: 'silent' }), signal: stop.signal })
  t.teardown(async () => {
    stop.abort()
    await running.stopped
  })
  const settled = async (): Promise<void> => {
    const before = running.status().spool?.newestSeq ?? 0
    while (true) {
      const { newestSeq = 0, waiting = 0 } = running.status().spool ?? {}
      if (newestSeq >= before + 3 && waiting < newestSeq - before) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await settled()
  const { report, failures } = await examined(t, file)
  t.same(failures, [])
  t.match(report.facts.gateway.presence, {
    pid: process.pid,
    gateway: 'gw-01',
    status: { online: true, config: running.config },
    uplink: { sessions: 1, connectedSince: Number, acknowledgedAt: Number },
  })
  t.match(report.facts.spool.look, { kind: 'told', content: { id: running.status().spool?.id } })
  t.match(report.facts.lines, [{ id: 'line-1', way: { kind: 'endpoint' }, health: { terminals: 1, silent: 0 } }])
  t.equal(report.facts.lines[0].way.reached, undefined, 'its line is not dialled')
  t.match(report.facts.broker.login, { kind: 'welcome', roundTripMs: Number })
  t.ok(Math.abs(report.facts.clock.centre.aheadMs) < 1000, 'one machine, one clock')

  await settled()
  const again = await examined(t, file)
  t.equal(again.report.facts.gateway.presence.uplink.sessions, 1, 'no reconnect')
  t.equal(running.status().online, true)
  t.equal(centre.ingest.health().facts.connectedGateways, 1)
  t.same(
    Object.values(centre.ingest.rejectCounts()).filter((count) => count > 0),
    [],
  )
})

t.test('stopped: ready to start, what waits is counted', async (t) => {
  const { file } = await box(t)
  const fresh = await examined(t, file)
  t.same(fresh.failures, [])
  t.match(fresh.out, /does not run/)
  t.match(fresh.report.facts, { spool: { look: { kind: 'none' } }, disk: { is: 'missing', write: { ms: Number } } })
  t.equal(fresh.report.facts.lines[0].way.reached.ms >= 0, true, 'nobody uses the line: it is dialled')
})

t.test('a wrong password, an unknown gateway, a missing password', async (t) => {
  const { file, folder, change } = await box(t)
  writeFileSync(join(folder, 'password'), `${secret}x\n`)
  const wrong = await examined(t, file)
  t.match(wrong.failures, [/^broker: .*wrong password, or a gateway it does not know \(code 5\)/])
  change('gateway: gw-01', 'gateway: gw-02')
  t.match((await examined(t, file)).failures, [/^broker: .*refuses gw-02/])
  rmSync(join(folder, 'password'))
  t.match((await examined(t, file)).failures, [/^configuration: password file .* cannot be read \(ENOENT\)/])
})

t.test('an unreachable broker, a name nobody has, another program', async (t) => {
  const { file, change, brokerPort } = await box(t)
  const other = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n')).listen(
    0,
    '127.0.0.1',
  )
  t.teardown(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const address = other.address()
  const cases: [string, RegExp][] = [
    ['127.0.0.1:1', /^link: 127\.0\.0\.1:1: .*nothing listens.*ECONNREFUSED/],
    ['broker.invalid:1883', /^link: broker\.invalid: /],
    [`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, /^broker: .* answers, but not in MQTT/],
  ]
  for (const [where, failure] of cases) {
    change(`127.0.0.1:${brokerPort}`, where)
    t.match((await examined(t, file)).failures, [failure])
  }
})

t.test('a password written into the URL is named as a mistake and not repeated', async (t) => {
  const { file, change } = await box(t)
  change('mqtt://', `mqtt://gw-01:${secret}@`)
  t.match((await examined(t, file)).failures, [/^configuration: .*uplink\.url/])
})

t.test('a serial path that is not there, one that is no port', async (t) => {
  const { file, folder, change } = await box(t)
  change(/kind: modbus-tcp.*}$/m, 'kind: serial, path: /dev/ttyNone7, baud: 9600 }')
  t.match((await examined(t, file)).failures, [/^lines: line-1: \/dev\/ttyNone7 is not there/])
  change(/kind: modbus-tcp.*}$/m, `kind: serial, path: ${join(folder, 'password')}, baud: 9600 }`)
  t.match((await examined(t, file)).failures, [/^lines: line-1: .* is no serial port/])
})

t.test('the spool: a file in place of its folder, a folder that cannot be written, damage', async (t) => {
  const { file, folder } = await box(t)
  const spool = join(folder, 'spool')
  writeFileSync(spool, secret)
  t.match((await examined(t, file)).failures, [/^disk: .* is not a folder/])
  rmSync(spool)
  mkdirSync(spool)
  await t.test('a folder nobody may change', { skip: cannotLock(spool) }, async (t) => {
    execFileSync('chattr', ['+i', spool])
    t.teardown(() => execFileSync('chattr', ['-i', spool]))
    t.match((await examined(t, file)).failures, [/^disk: .* cannot be written \((EPERM|EACCES)/])
  })
  writeFileSync(join(spool, 'spool-0123456789abcdef.sqlite'), `${secret} is no database `.repeat(200))
  t.match((await examined(t, file)).failures, [/^spool: .*spool-0123456789abcdef\.sqlite is damaged/])
})

t.test('a full disk', { skip: cannotMount() }, async (t) => {
  const { file, folder } = await box(t)
  const spool = join(folder, 'spool')
  mkdirSync(spool)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', spool])
  t.teardown(() => execFileSync('umount', [spool]))
  try {
    writeFileSync(join(spool, 'fill'), Buffer.alloc(300_000))
  } catch {
    // As far as it goes.
  }
  const { failures } = await examined(t, file)
  t.match(failures, [/^disk: .* cannot be written \(ENOSPC/, /^disk: 0 bytes free/])
})

t.test('a password everybody can read is a warning', async (t) => {
  const { file, folder } = await box(t)
  chmodSync(join(folder, 'password'), 0o644)
  t.notMatch((await examined(t, file)).out, /can be read by everybody/, 'nobody else enters the folder')
  chmodSync(folder, 0o755)
  const { failures, out } = await examined(t, file)
  t.same(failures, [])
  t.match(out, /can be read by everybody/)
})

t.test('without --config, or with a file that is none', async (t) => {
  t.equal((await run('gateway', 'doctor')).code, 2)
  t.match((await examined(t, join(tmpdir(), 'no-such.yaml'))).failures, [/^configuration: .*cannot be read \(ENOENT\)/])
})

function cannotLock(folder: string): string | false {
  try {
    execFileSync('chattr', ['+i', folder], { stdio: 'ignore' })
    execFileSync('chattr', ['-i', folder])
    return false
  } catch {
    return 'chattr needs root and a file system that knows it'
  }
}

function cannotMount(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return false
  } catch {
    return 'mount needs root'
  } finally {
    rmSync(folder, { recursive: true })
  }
}
