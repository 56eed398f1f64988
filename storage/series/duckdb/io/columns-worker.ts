// Reads rollup files into columns: what DuckDB hands out of them is garbage by the thousand, which a thread of its own with a small
// heap collects in passing, and the main loop of a centre does not (measured: 230 ms at a time).
import { parentPort } from 'node:worker_threads'
import { DuckDBInstance } from '@duckdb/node-api'
import type { FileQuestion, FileReply } from './columns-thread.ts'
import { gather, type NumberedColumns } from './numbered-columns.ts'

// Files are given by name in the question; there is no database behind them.
const instance = await DuckDBInstance.create(':memory:', {
  memory_limit: '128MB',
  threads: '1',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  // Day files never change under their name.
  validate_external_file_cache: 'NO_VALIDATION',
})
const connection = await instance.connect()
await connection.run('SET GLOBAL parquet_metadata_cache = true')

async function read({ sql, ordered, whole }: FileQuestion): Promise<NumberedColumns | undefined> {
  const found = (await gather(connection, sql)) ?? (await gather(connection, ordered))
  return found && whole && found.mean.some(Number.isNaN) ? undefined : found
}

parentPort?.on('message', async (question: FileQuestion) => {
  try {
    const columns = await read(question)
    const { bucket, mean, min, max, count, uncertain } = columns ?? {}
    const handed = [bucket, mean, min, max, count, uncertain].flatMap((one) => (one ? [one.buffer] : []))
    parentPort?.postMessage({ columns } satisfies FileReply, handed)
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies FileReply)
  }
})
