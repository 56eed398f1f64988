import { type ChildProcess, spawn } from 'node:child_process'
import { lstat, rm } from 'node:fs/promises'
import type { Clock } from '@civitals/contracts/clock'
import { sleep } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Stream } from '../../world/chance.ts'
import { RtuTerminals } from '../rtu-terminals.ts'
import type { TerminalsOfLine } from '../terminals.ts'
import type { LineSpeed } from '../timing.ts'
import { type ListeningLine, listen } from './tcp-line.ts'

/** What a serial line needs, whatever carries its bytes. */
export interface RtuLineOptions {
  readonly terminals: TerminalsOfLine
  readonly speed: LineSpeed
  readonly clock: Clock
  readonly chance: Stream
}

/** RTU frames over a TCP socket, as a transparent serial server gives them, on 127.0.0.1. */
export function openRtuOverTcp({ terminals, speed, clock, chance }: RtuLineOptions): Promise<ListeningLine> {
  return listen((socket) => {
    const line = new RtuTerminals(terminals, speed, clock, (frame) => socket.writable && socket.write(frame), chance)
    socket.on('data', (chunk: Uint8Array) => line.receive(chunk))
    socket.on('close', () => line.close())
  })
}

/** A simulated line on a pseudo-terminal. */
export interface PtyLine {
  readonly path: string
  close(): Promise<void>
}

/** How long socat may take to make its device, ms. */
const ptyTimeoutMs = 3000

/**
 * A serial line on a pseudo-terminal at `path` (a link that is made and taken away again). socat holds the terminal and hands
 * its bytes through pipes, so that a master may open and close the device as it likes.
 * @throws CIV_SIMULATOR_PTY when socat cannot be started or makes no device in time.
 */
export async function openPtyLine(path: string, options: RtuLineOptions): Promise<PtyLine> {
  const { terminals, speed, clock, chance } = options
  await rm(path, { force: true })
  const child = spawn('socat', ['-b', '512', 'STDIO', `PTY,raw,echo=0,link=${path}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let failed: unknown
  child.on('error', (error) => {
    failed = error
  })
  child.stdin.on('error', () => child.kill())
  const line = new RtuTerminals(
    terminals,
    speed,
    clock,
    (frame) => child.stdin.writable && child.stdin.write(frame),
    chance,
  )
  child.stdout.on('data', (chunk: Uint8Array) => line.receive(chunk))
  const close = async (): Promise<void> => {
    line.close()
    await end(child, gone)
    await rm(path, { force: true })
  }
  for (let waited = 0; !(await exists(path)); waited += 20) {
    if (failed !== undefined || child.exitCode !== null || waited >= ptyTimeoutMs) {
      await close()
      throw new CivitalsError('CIV_SIMULATOR_PTY', `socat made no device at ${path}`, { cause: failed })
    }
    await sleep(clock, 20)
  }
  return { path, close }
}

async function end(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await gone
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** Whether socat can be started here. */
export function socatPresent(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('socat', ['-V'], { stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
