// What makes serial ports hard: locks that outlive a close, processes that cannot end, adapters that are pulled out.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '@civitals/contracts/system-clock'
import t from 'tap'
import { missingProgram, ptyPair, until } from '../../testing/processes.ts'
import { openModbusLine } from './open-line.ts'

const skip = missingProgram('socat')
const request = { unit: 1, function: 'holding', address: 0, count: 1 } as const
const options = { clock: systemClock, timeoutMs: 10, quarantineMs: 10 }

t.test('[J] a port can be opened and closed again and again', { skip }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  for (let turn = 0; turn < 25; turn++) {
    const line = await openModbusLine({ kind: 'serial', path: pair.near, baud: 115200 }, options)
    t.same(await line.transact(request), { ok: false, kind: 'timeout' }, 'the port is open, nobody answers')
    await line.close()
  }
})

t.test('two lines on one port: the second says that it is locked', { skip }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const transport = { kind: 'serial', path: pair.near, baud: 9600 } as const
  const [first, second] = [await openModbusLine(transport, options), await openModbusLine(transport, options)]
  await first.transact(request)
  t.match(await second.transact(request), { ok: false, kind: 'link', detail: /lock/i })
  await Promise.all([first.close(), second.close()])
})

t.test('a lock that is freed a little later is waited for', { skip }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const transport = { kind: 'serial', path: pair.near, baud: 9600 } as const
  const [first, second] = [await openModbusLine(transport, options), await openModbusLine(transport, options)]
  await first.transact(request)
  const waiting = second.transact(request)
  await first.close()
  t.match(await waiting, { ok: false, kind: 'timeout' }, 'open, though nobody answers')
  t.equal(second.health.connects, 1)
  await second.close()
})

t.test('a port that does not exist is a line that is down', { skip }, async (t) => {
  const line = await openModbusLine({ kind: 'serial', path: `${t.testdir()}/none`, baud: 9600 }, options)
  t.match(await line.transact(request), { ok: false, kind: 'link', detail: /is not there/ })
  await line.close()
})

t.test('an adapter that is pulled out and put in again', { skip }, async (t) => {
  const folder = t.testdir()
  const before = await ptyPair(folder)
  const line = await openModbusLine({ kind: 'serial', path: before.near, baud: 9600 }, options)
  t.match(await line.transact(request), { kind: 'timeout' })
  await before.end()
  await until(async () => {
    const outcome = await line.transact(request)
    return !outcome.ok && outcome.kind === 'link'
  })
  const after = await ptyPair(folder)
  t.teardown(after.end)
  await until(async () => {
    const outcome = await line.transact(request)
    return !outcome.ok && outcome.kind === 'timeout'
  })
  t.equal(line.health.connects, 2)
  await line.close()
})

const program = `
import { systemClock } from '@civitals/contracts/system-clock'
import { openModbusLine } from './open-line.ts'
const line = await openModbusLine({ kind: 'serial', path: process.env.PORT, baud: 9600 }, { clock: systemClock })
const pending = line.transact({ unit: 1, function: 'holding', address: 0, count: 1 })
setTimeout(() => line.close(), 50)
process.stdout.write((await pending).kind)
`

t.test('[C, J] a process can end after its line was closed, a request in flight included', { skip }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, PORT: pair.near, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 10_000,
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(child, 'exit')
  t.equal(code, 0, 'it ended by itself')
  t.equal(said, 'aborted')
})
