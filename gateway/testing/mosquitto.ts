// A broker that is not ours, and its clients.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A test or a bench: ends what it was given. */
interface Ending {
  teardown(work: () => unknown): void
}

const broker = '/usr/sbin/mosquitto'
const client = '/usr/bin/mosquitto_pub'
const run = promisify(execFile)

/** Why a test that needs mosquitto and its clients is skipped, or false. */
export function missingMosquitto(): string | false {
  const missing = [broker, client].find((program) => !existsSync(program))
  return missing === undefined ? false : `${missing} is not installed`
}

/** Starts mosquitto on 127.0.0.1 and returns when it answers. `more`: further lines of its configuration. */
export async function mosquitto(
  t: Ending,
  port: number,
  folder: string,
  more = 'allow_anonymous true',
): Promise<ChildProcess> {
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `listener ${port} 127.0.0.1\npersistence false\n${more}\n`)
  const child = spawn(broker, ['-c', file], { stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  while (!(await answers(port)));
  return child
}

/** A refusal for want of a password is an answer too (exit code 5). */
const answers = (port: number): Promise<boolean> =>
  run(client, ['-p', String(port), '-t', 'up', '-m', '']).then(
    () => true,
    (error: { code?: unknown }) => error.code === 5,
  )
