// The command as a person types it: what it prints, and what a script learns from its exit code.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

const civitals = join(import.meta.dirname, '..', '..', 'civitals')

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function run(args: readonly string[], input?: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(civitals, ['decode', ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
    child.stdin?.end(input ?? '')
  })
}

const reply = '11 03 06 02 2B 00 00 00 64 C8 BA'

t.test('a good frame is one line of JSON, exit code 0', async (t) => {
  const { code, out } = await run(['modbus-rtu', reply])
  t.equal(code, 0)
  t.equal(out.trim().split('\n').length, 1)
  t.match(JSON.parse(out), { valid: true, unit: '17', values: { 0: 555, 1: 0, 2: 100 } })
})

t.test('a bad frame names check, byte and reason, exit code 1', async (t) => {
  const { code, out } = await run(['modbus-rtu', '02 03 00 00 00 01 39 84'])
  t.equal(code, 1)
  t.match(JSON.parse(out), { valid: false, check: 'checksum', byte: 6, detail: /swapped/ })
})

t.test('a frame comes from standard input, named by - or not at all', async (t) => {
  for (const args of [['modbus-rtu'], ['modbus-rtu', '-'], ['modbus-rtu', '--json']])
    t.match(JSON.parse((await run(args, `${reply}\n`)).out), { valid: true }, args.join(' '))
})

t.test('bytes that are not quoted are one frame', async (t) => {
  t.match(JSON.parse((await run(['modbus-rtu', ...reply.split(' ')])).out), { valid: true })
})

t.test('an unknown protocol is a usage error that names the nearest', async (t) => {
  const { code, out, err } = await run(['gb28675', reply])
  t.equal(code, 2)
  t.equal(out, '')
  t.match(err, /did you mean gb26875\?/)
})
