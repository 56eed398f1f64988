import { spawn } from 'node:child_process'
import { createReadStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { type Operation, TraceReader, tracedCalls } from './trace.ts'

/** Longer than any write of the engines, so that all of it stands in the trace. */
const longestText = 2 ** 24

/**
 * Runs a program of `programs/` on `folder` under strace (Debian's) to its end and tells what it did to the folder. The trace lies in `scratch`
 * meanwhile. Rejects when the program or strace fails.
 */
export async function record(
  program: string,
  folder: string,
  scratch: string,
  ...words: readonly string[]
): Promise<Operation[]> {
  const trace = join(scratch, `${program}.trace`)
  const script = join(import.meta.dirname, 'programs', `${program}.ts`)
  const options = ['-f', '-ttt', '-y', '-xx', '-s', String(longestText), '-e', `trace=${tracedCalls.join(',')}`]
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script, folder, ...words]
  await run('strace', ['-o', trace, ...options, ...node])
  const reader = new TraceReader(folder)
  const operations: Operation[] = []
  for await (const line of createInterface({ input: createReadStream(trace) })) operations.push(...reader.read(line))
  rmSync(trace)
  return operations
}

/** Lays the files of an image in a new folder; their paths stand below `root`. */
export function layOut(image: ReadonlyMap<string, Buffer>, root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [path, content] of image) {
    const file = join(folder, relative(root, path))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-4000)
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${complaint}`)),
    )
  })
}
