// Loaded into a centre before anything else (NODE_OPTIONS=--import): SIGUSR2 holds every transaction DuckDB is asked to begin, as a disk that does not
// answer would, and the next one lets them go. What is held takes no thread; everything above it is the centre as it is.
import { isMainThread } from 'node:worker_threads'
import { DuckDBConnection } from '@duckdb/node-api'

let held: PromiseWithResolvers<void> | undefined

if (isMainThread) {
  const run = DuckDBConnection.prototype.run
  DuckDBConnection.prototype.run = async function (sql, ...more) {
    if (sql === 'BEGIN') await held?.promise
    return await run.call(this, sql, ...more)
  }
  process.on('SIGUSR2', () => {
    if (held) held.resolve()
    held = held ? undefined : Promise.withResolvers<void>()
  })
}
