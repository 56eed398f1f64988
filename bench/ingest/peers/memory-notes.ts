// Loaded into a centre before anything else (NODE_OPTIONS=--import): each second what the main thread's heap and its buffers hold, into the file
// CIVITALS_BENCH_MEMORY names.
import { renameSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env.CIVITALS_BENCH_MEMORY
if (isMainThread && file) {
  const note = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()))
    renameSync(`${file}.new`, file)
  }
  note()
  setInterval(note, 1_000).unref()
}
