import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator.ts'

/** A simulator of a test's own, in a folder of its own; close it in a teardown. */
export async function running(
  serial: SimulatorOptions['serial'],
  more: Partial<SimulatorOptions> = {},
): Promise<{ simulator: Simulator; runFolder: string; close(): Promise<void> }> {
  const runFolder = await mkdtemp(join(tmpdir(), 'civitals-simulator-'))
  const simulator = await startSimulator({ seed: 7, clock: systemClock, serial, runFolder, ...more })
  const close = async (): Promise<void> => {
    await simulator.close()
    await rm(runFolder, { recursive: true, force: true })
  }
  return { simulator, runFolder, close }
}

/** The line that carries a terminal and the terminal's unit on it. */
export function wiring(simulator: Simulator, terminal: string) {
  for (const { lines } of simulator.plan) {
    for (const { transport, terminals } of lines) {
      const one = terminals.find(({ id }) => id === terminal)
      if (one) return { transport, unit: one.unit }
    }
  }
  throw new Error(`no terminal ${terminal}`)
}

/** What a program prints, both ways, and how it ends. */
export function run(file: string, args: readonly string[]): Promise<{ code: number | string; text: string }> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 10_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? 1) : 0, text: stdout + stderr })
    })
  })
}
