import { execFile } from 'node:child_process'
import { join } from 'node:path'

export const civitals: string = join(import.meta.dirname, '..', '..', 'civitals')

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `civitals` as a person types it, to its end. */
export function run(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(civitals, words, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    ).stdin?.end()
  })
}
