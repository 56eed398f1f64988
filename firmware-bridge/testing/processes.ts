// Programs of other people that tests start, and only those they started are ended.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Debian's Python with pymodbus, or why there is none. */
export function pythonWithPymodbus(): { readonly command: string } | { readonly missing: string } {
  const found = ['/usr/bin/python3', 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import pymodbus.server']).status === 0,
  )
  return found ? { command: found } : { missing: 'python3-pymodbus is not installed' }
}

/** Why a test that needs `program` is skipped, or false. */
export const missingProgram = (program: string): string | false =>
  spawnSync('which', [program]).status === 0 ? false : `${program} is not installed`

/** Starts a program; `end` resolves when it is gone. */
export function start(
  command: string,
  args: readonly string[],
): { readonly child: ChildProcess; end(): Promise<void> } {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'] })
  const gone = once(child, 'exit')
  return {
    child,
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await gone
    },
  }
}

export const pymodbusServer: string = join(import.meta.dirname, 'pymodbus_server.py')

/** Two ends of a serial line without hardware. */
export async function ptyPair(folder: string): Promise<{ near: string; far: string; end(): Promise<void> }> {
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  const socat = start('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`])
  await until(() => existsSync(near) && existsSync(far))
  return { near, far, end: socat.end }
}

/** Asks until the answer is true; gives up after ten seconds. */
export async function until(ask: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await ask()) return
    await wait(50)
  }
  throw new Error('waited ten seconds in vain')
}
