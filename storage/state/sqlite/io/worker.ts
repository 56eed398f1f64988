// The thread that holds the database: SQLite's calls block, and its fsync may take long, so none of it runs on the main loop.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort } from 'node:worker_threads'
import { durability } from '../durability.ts'
import type { Failure, Reply, Request, RowSet } from '../protocol.ts'
import { StatementCache } from './statement-cache.ts'

const inMemory = ':memory:'
const busyTimeoutMs = 5000

interface Connections {
  readonly write: StatementCache
  /** The same connection as `write` in memory: there a second one would be another database. */
  readonly read: StatementCache
}

let connections: Connections | undefined

function open(file: string): Connections {
  if (file !== inMemory) mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
  database.exec(durability)
  const write = new StatementCache(database)
  if (file === inMemory) return { write, read: write }
  const reader = new DatabaseSync(file, { timeout: busyTimeoutMs })
  reader.exec('PRAGMA query_only = ON')
  return { write, read: new StatementCache(reader) }
}

const changesSchema = /^\s*(create|alter|drop)\b/i

function run(at: Connections, request: Request & { op: 'run' }): RowSet {
  if (request.role === 'read') return at.read === at.write ? readShared(at.write, request) : at.read.run(request)
  if (request.begin) at.write.database.exec('BEGIN IMMEDIATE')
  // SQLite itself rolls back on some errors (disk full): what follows must not run outside any transaction.
  else if (!at.write.database.isTransaction) throw new Error('the transaction was already rolled back')
  const result = at.write.run(request)
  if (changesSchema.test(request.sql)) for (const connection of [at.write, at.read]) connection.clear()
  return result
}

function readShared(connection: StatementCache, request: Request & { op: 'run' }): RowSet {
  connection.database.exec('PRAGMA query_only = ON')
  try {
    return connection.run(request)
  } finally {
    connection.database.exec('PRAGMA query_only = OFF')
  }
}

function close(at: Connections): void {
  if (at.read !== at.write) at.read.database.close()
  at.write.database.close()
  connections = undefined
}

function perform(request: Request): RowSet | undefined {
  if (request.op === 'open') {
    connections = open(request.file)
    return undefined
  }
  if (!connections) throw new Error('the database is not open')
  switch (request.op) {
    case 'run':
      return run(connections, request)
    case 'commit':
      connections.write.database.exec('COMMIT')
      return undefined
    case 'rollback':
      if (connections.write.database.isTransaction) connections.write.database.exec('ROLLBACK')
      return undefined
    case 'close':
      close(connections)
      return undefined
  }
}

function failureOf(error: unknown): Failure {
  const errcode = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
  return { errcode, message: error instanceof Error ? error.message : String(error) }
}

parentPort?.on('message', (request: Request) => {
  let reply: Reply
  try {
    const result = perform(request)
    reply = { id: request.id, ok: true, ...(result && { result }) }
  } catch (error) {
    reply = { id: request.id, ok: false, failure: failureOf(error) }
  }
  parentPort?.postMessage(reply)
  if (request.op === 'close') parentPort?.close()
})
