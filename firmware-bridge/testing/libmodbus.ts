// Programs made of libmodbus (C), compiled where they are used.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { missingProgram } from './processes.ts'

/** Why a test or bench that needs libmodbus is skipped, or false. */
export const missingLibmodbus = (): string | false =>
  missingProgram('gcc') || (existsSync('/usr/include/modbus/modbus.h') ? false : 'libmodbus-dev is not installed')

/** Terminals of libmodbus; what it serves and how it goes wrong stands at its head. */
export const libmodbusServer: string = join(import.meta.dirname, 'libmodbus-server.c')

/** Compiles a C file into `folder` and returns the program; throws with what the compiler said. */
export function compiled(source: string, folder: string): string {
  const program = join(folder, basename(source, '.c'))
  const { status, stderr } = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-o', program, source, '-lmodbus'], {
    encoding: 'utf8',
  })
  if (status !== 0 || stderr) throw new Error(`gcc ${source}:\n${stderr}`)
  return program
}
