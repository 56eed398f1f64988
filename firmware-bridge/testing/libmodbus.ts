// Programs made of libmodbus (C), compiled where they are used.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { missingProgram } from './processes.ts'

/** Why a test or bench that needs libmodbus is skipped, or false. */
export const missingLibmodbus = (): string | false =>
  missingProgram('gcc') || (existsSync('/usr/include/modbus/modbus.h') ? false : 'libmodbus-dev is not installed')

/** Terminals of libmodbus; what it serves and how it goes wrong stands at its head. */
export const libmodbusServer: string = join(import.meta.dirname, 'libmodbus-server.c')

/** A master of libmodbus that asks as fast as it can. */
export const libmodbusClient: string = join(import.meta.dirname, 'libmodbus-client.c')

/** Compiles a C file into `folder` and returns the program; throws with what the compiler said. */
export function compiled(source: string, folder: string, options: readonly string[] = ['-Wall', '-Wextra']): string {
  const program = join(folder, basename(source, '.c'))
  const { status, stderr } = spawnSync('gcc', ['-O2', ...options, '-o', program, source, '-lmodbus'], {
    encoding: 'utf8',
  })
  if (status !== 0 || stderr) throw new Error(`gcc ${source}:\n${stderr}`)
  return program
}

/** What set-up brings of Debian's source package (setup/libmodbus-tests.mjs). */
const tests = join(import.meta.dirname, '../../node_modules/.civitals/libmodbus/tests')

/** Why a test that needs libmodbus' own test server is skipped, or false. */
export const missingTestServer = (): string | false =>
  missingLibmodbus() ||
  (existsSync(join(tests, 'unit-test-server.c')) ? false : "libmodbus' source is not here; set-up says why")

/**
 * Compiles libmodbus' own test server into `folder`: `tcp PORT` or `rtu PATH`, which its source has as constants. It serves one
 * connection, then it ends.
 */
export function compiledTestServer(folder: string): string {
  const source = readFileSync(join(tests, 'unit-test-server.c'), 'utf8')
  const addressed = source.replace('1502)', 'atoi(argv[2]))').replace('"/dev/ttyUSB0"', 'argv[2]')
  if (addressed.split('argv[2]').length !== 3) throw new Error('this edition of unit-test-server.c is not known')
  writeFileSync(join(folder, 'unit-test-server.c'), addressed)
  const header = readFileSync(join(tests, 'unit-test.h.in'), 'utf8').replaceAll(/@HAVE_\w+@/g, '1')
  writeFileSync(join(folder, 'unit-test.h'), header)
  return compiled(join(folder, 'unit-test-server.c'), folder, ['-I/usr/include/modbus'])
}
