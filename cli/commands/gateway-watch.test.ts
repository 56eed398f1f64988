// Watching a terminal: a line a round where nobody looks, a picture where somebody does.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { testTerminal } from '../testing/modbus-server.ts'
import { civitals, run } from '../testing/run.ts'

const noise: readonly (readonly [number, number])[] = [
  [0, 0x4276],
  [1, 0x0000],
  [2, 0x4280],
  [3, 0x0000],
]

async function watched(t: Test, registers = noise) {
  const served = await testTerminal(registers)
  t.teardown(() => served.close())
  const at = ['gateway', 'watch', '--tcp', `127.0.0.1:${served.port}`, '--unit', '1', '--profile', 'noise-meter']
  return { ...served, at }
}

t.test('a line a round, as many as were asked for', async (t) => {
  const { at } = await watched(t)
  const { code, out } = await run(...at, '--every', '50ms', '--count', '3')
  t.equal(code, 0)
  const lines = out.trim().split('\n')
  t.equal(lines.length, 3)
  for (const line of lines) t.match(line, /^20\d\d-\d\d-\d\dT\S+Z {2}laeq 61\.5 dB\(A\) {2}lamax 64\.0 dB\(A\)$/)
})

t.test('as JSON: values, quality and the counters of the line', async (t) => {
  const { at } = await watched(t, noise.slice(0, 2))
  const { code, out } = await run(...at, '--every', '50ms', '--count', '2', '--json')
  t.equal(code, 1, 'the last round was not complete')
  const [, last] = out.trim().split('\n')
  t.match(JSON.parse(last ?? ''), {
    values: { laeq: 61.5 },
    quality: { lamax: 'device_exception' },
    line: { timeouts: 0, connects: 1 },
  })
  t.ok(JSON.parse(last ?? '').line.exceptions >= 2)
})

t.test('Ctrl-C ends it with exit code 0', async (t) => {
  const { at } = await watched(t)
  const child = spawn(civitals, [...at, '--every', '100ms'], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
})
