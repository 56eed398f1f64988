import { Worker } from 'node:worker_threads'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Preparation, Prepared } from './prepare.ts'

/**
 * Reads and checks a configuration in a thread of its own that ends with it: schema library, YAML and the parsed profiles of types
 * nobody uses here would otherwise stay in memory for the life of the box (measured: 40 MB of 125).
 * Throws CIV_GATEWAY_CONFIG; its message and context.problems are lines for a person.
 */
export async function loadConfig(file: string): Promise<Prepared> {
  const worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), { workerData: file })
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const preparation = await new Promise<Preparation>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await gone
  if (preparation.ok) return preparation.prepared
  const { problems } = preparation
  throw new CivitalsError('CIV_GATEWAY_CONFIG', problems.join('\n'), { context: { problems } })
}
