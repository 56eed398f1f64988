// The program of the edge bundle is not the program of the tree: packed, with other modules in the place of some. It must open a serial port too.
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { systemClock } from '../contracts/io/system-clock.ts'
import { writeProgram } from '../deploy/program.ts'
import { shippedProfiles } from '../firmware-bridge/io/profiles.ts'
import { answer } from '../simulator/modbus/answer.ts'
import { registerMap } from '../simulator/modbus/image.ts'
import { openPtyLine } from '../simulator/modbus/io/rtu-line.ts'
import { streamOf } from '../simulator/world/chance.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const missing = !existsSync('/usr/bin/socat') && 'socat is not installed'

t.test('packed, it reads a terminal on a serial port', { skip: missing }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'program-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  await writeProgram(join(folder, 'app'), '0.0.0')
  mkdirSync(join(folder, 'native'))
  const prebuilt = join(root, 'node_modules/@serialport/bindings-cpp/prebuilds', `linux-${process.arch}`)
  const [addOn = ''] = globSync(join(prebuilt, '*{.,-}glibc.node'))
  copyFileSync(addOn, join(folder, 'native/serialport.node'))
  cpSync(join(root, 'firmware-bridge/profiles'), join(folder, 'profiles'), { recursive: true })

  const map = registerMap((await shippedProfiles()).get('noise-meter')?.points ?? [])
  const terminals = {
    has: (unit: number) => unit === 1,
    ask: (unit: number, pdu: Uint8Array) =>
      unit === 1 ? { pdu: answer(map, pdu, () => 61.5), spoilt: false, lateMs: 0 } : undefined,
  }
  const speed = { baud: 9600, bitsPerChar: 10 }
  const line = await openPtyLine(join(folder, 'tty'), {
    terminals,
    speed,
    clock: systemClock,
    chance: streamOf(1, 'a'),
  })
  t.teardown(() => line.close())
  const words = ['gateway', 'read', '--serial', line.path, '--unit', '1', '--profile', 'noise-meter', '--json']
  const { stdout } = await run(process.execPath, [join(folder, 'app/civitals.js'), ...words])
  t.match(JSON.parse(stdout), { points: [{ point: 'laeq', value: 61.5 }, { point: 'lamax' }] })
})
