// The thread that owns the SQLite file: a slow flush blocks here and nowhere else.
import { parentPort, workerData } from 'node:worker_threads'
import { CivitalsError } from '@civitals/contracts/errors'
import { isDamage, openFolder } from './folder.ts'
import type { Answer, Opening, Request } from './protocol.ts'

const port = parentPort
if (!port) throw new Error('the spool worker runs in a worker thread')

const { folder, limits } = workerData as Opening
const nothing = { rows: [] }
const answer = (message: Answer): void => port.postMessage(message, transfers(message))

try {
  const { book, movedAside } = openFolder(folder, limits)
  port.on('message', (request: Request) => {
    try {
      const served = serve(request)
      answer({ id: request.id, ...served, counters: book.counters() })
    } catch (error) {
      answer({ id: request.id, error: plain(error) })
    }
    if (request.call === 'close') port.close()
  })
  answer({ id: 0, opened: book.id, counters: book.counters(), ...(movedAside && { movedAside }) })

  const serve = (request: Request) => {
    switch (request.call) {
      case 'append':
        return { rows: book.append(request.drafts, request.now) }
      case 'waiting':
        return { rows: book.waiting(request.range) }
      case 'acknowledge':
        book.acknowledge(request.settled)
        return nothing
      case 'close':
        book.close()
        return nothing
      case 'reopen':
        return { reopening: book.reopen(request.spool, request.ranges) }
    }
  }
} catch (error) {
  answer({ id: 0, error: plain(error) })
  port.close()
}

function plain(error: unknown): { message: string; code?: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof CivitalsError) return { message, code: error.code }
  return isDamage(error) ? { message, code: 'CIV_GATEWAY_SPOOL_DAMAGED' } : { message }
}

// Payloads change hands without a copy; each owns its buffer, as both SQLite and the encoder make them.
function transfers(message: Answer): ArrayBuffer[] {
  if (!('rows' in message)) return []
  return message.rows
    .filter(({ payload }) => payload.byteLength === payload.buffer.byteLength)
    .map(({ payload }) => payload.buffer as ArrayBuffer)
}
